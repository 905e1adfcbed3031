import 'fake-indexeddb/auto';

import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Keeping } from '../src/field/queue/keep';
import { Budget, Pump } from '../src/field/queue/pump';
import type { Visit } from '../src/field/queue/wire';
import { FakeServer, json, portal } from './queueServer';

const visit = (more: Partial<Visit> = {}): Visit => ({
  parcel_id: 7, came_at: 1, all_fine: true, form: 'visit', form_version: 1, answers: {}, photos: [], ...more,
});

let keeping: Keeping;
let pump: Pump;
let server: FakeServer;
let busy = false;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  vi.stubGlobal('navigator', {
    userAgent: 'Test (Linux; Android 14; K)',
    locks: { request: (_name: string, _options: unknown, work: (lock: unknown) => Promise<unknown>) => work(busy ? null : {}) },
  });
  busy = false;
  keeping = new Keeping({ id: 3, name: '巡查员甲' });
  pump = new Pump(keeping);
  server = new FakeServer();
  server.install();
});

afterEach(async () => {
  pump.stop();
  await keeping.close();
});

const save = async (parcel_id: number, words: string[] = []): Promise<string> => {
  const kept = await Promise.all(words.map((word) => keeping.keepFile(new Blob([word]), 'image/jpeg')));
  return keeping.save('visit', visit({ parcel_id, photos: kept.map((one) => ({ ...one, kind: 'original' })) }));
};
const states = async (): Promise<string[]> => (await keeping.list(new Set())).reverse().map((one) => one.state);
const big = (letter: string): string => letter.repeat(700_000);

test('photos go first, then the records that name them; the server has exactly what was saved', async () => {
  const uuids = [await save(1, [big('a'), 'b']), await save(2)];
  expect(await pump.push()).toBe('empty');
  expect(await keeping.counts()).toMatchObject({ records: 0, files: 0, bytes: 0 });
  expect(await states()).toEqual(['stored', 'stored']);
  expect([...server.records.keys()]).toEqual(uuids);
  expect([...server.files.values()].map((one) => one.stored)).toEqual([true, true]);
  const order = server.asked.slice(1).map((one) => one.split('/')[4]);
  // what the phone holds, the photos, the records, what it holds now
  expect(order.filter((door, n) => n === 0 || door !== order[n - 1])).toEqual(['inbox', 'ask', 'files', 'inbox']);
  expect(server.batches[0]).toMatchObject({ records: [], device: { holds: { records: 2, files: 2 } } });
  expect(server.batches.at(-1)).toMatchObject({ records: [], device: { holds: { records: 0, files: 0, bytes: 0 }, name: 'Linux; Android 14; K' } });
});

test('an upload goes on where it was cut, and a lost answer costs no second copy', async () => {
  await save(1, [big('a')]);
  let n = 0;
  server.fault = (method) => (method === 'PUT' && ++n === 2 ? 'cut' : undefined);
  expect(await pump.push()).toBe('offline');
  const [part] = server.files.values();
  expect(part!.bytes.length).toBe(262_144);
  server.fault = (method, path) => (method === 'PUT' && ++n === 3 ? 'drop' : path.endsWith('inbox') && ++n === 8 ? 'drop' : undefined);
  const ends = [await pump.push(), await pump.push(), await pump.push()];
  expect(ends).toContain('offline');
  expect(ends.at(-1)).toBe('empty');
  expect(part!.size).toBe([...server.files.values()][0]!.bytes.length);
  expect(await states()).toEqual(['stored']);
  expect((await keeping.list(new Set()))[0]!.receipt!.verdict).toMatch(/stored|duplicate/);
  expect(server.records.size).toBe(1);
});

test('bytes that changed on the way are sent anew', async () => {
  await save(1, ['abc']);
  let once = true;
  const put = server.fault;
  server.fault = (method, _path, init) => {
    if (method === 'PUT' && once) {
      once = false;
      init.body = new TextEncoder().encode('abd').buffer;
    }
  };
  expect(await pump.push()).toBe('empty');
  expect(put).toBeDefined();
  expect([...server.files.values()].map((one) => new TextDecoder().decode(one.bytes))).toEqual(['abc']);
});

test.each([
  ['no network', () => 'cut' as const, 'offline'],
  ['a hotel that answers with its own page', portal, 'offline'],
  ['JSON that is no answer', () => json({ hello: 1 }), 'offline'],
  ['a proxy without its server', () => new Response('bad gateway', { status: 502 }), 'server'],
  ['too many at once', () => json({ title: '请稍候' }, 429, { 'Retry-After': '7' }), 'server'],
  ['a session that is over', () => json({ title: '请登录' }, 401), 'signin'],
  ['an account that may no longer send', () => json({ title: '无权' }, 403), 'denied'],
  ['a full disk', () => json({ title: '满' }, 507), 'storage'],
])('%s leaves the queue as it was', async (_name, answer, end) => {
  await save(1, ['a']);
  for (const door of ['/field/ask', '/field/files', '/field/inbox']) {
    server.fault = (_method, path) => (path.includes(door) ? answer() : undefined);
    expect([door, await pump.push()]).toEqual([door, end]);
    expect(await keeping.counts()).toMatchObject({ records: 1 });
  }
  server.fault = () => undefined;
  expect(await pump.push()).toBe('empty');
  expect([server.records.size, server.files.size]).toEqual([1, 1]);
});

test("nothing is sent while the session is another person's", async () => {
  await save(1, ['a']);
  server.person = 4;
  expect(await pump.push()).toBe('signin');
  expect(server.asked).toEqual(['GET /api/v1/me']);
});

test('a record that an answer does not name, or names with another hash, stays waiting', async () => {
  const uuids = [await save(1), await save(2), await save(3)];
  server.verdict = (uuid) => (uuid === uuids[0] ? null : uuid === uuids[1] ? { sha256: 'f'.repeat(64) } : {});
  expect(await pump.push()).toBe('server');
  expect(await states()).toEqual(['waiting', 'waiting', 'stored']);
  server.verdict = () => ({});
  expect(await pump.push()).toBe('empty');
  expect(await states()).toEqual(['stored', 'stored', 'stored']);
});

test('a held record is asked about again, a refused one stays in sight with its reason', async () => {
  const uuids = [await save(1), await save(2)];
  const reason = { code: 'x', text: '地块不存在', waits_for: [] };
  server.verdict = (uuid) => (uuid === uuids[0] ? { verdict: 'held', reason } : { verdict: 'refused', reason });
  expect(await pump.push()).toBe('empty');
  expect(await states()).toEqual(['held', 'refused']);
  expect((await keeping.list(new Set()))[0]!.receipt!.reason!.text).toBe('地块不存在');
  expect(await keeping.counts()).toMatchObject({ records: 0, held: 1, refused: 1 });
  server.verdict = (uuid) => (uuid === uuids[0] ? {} : { verdict: 'refused', reason });
  await pump.push();
  expect(await states()).toEqual(['stored', 'refused']);
  expect(await keeping.tidy(Date.now() + 1e12)).toBe(1);
  expect(await states()).toEqual(['refused']);
});

test('a held record that the server no longer knows is sent again', async () => {
  const uuid = await save(1);
  server.verdict = () => ({ verdict: 'held', reason: { code: 'x', text: '等照片', waits_for: [] } });
  await pump.push();
  server.records.clear();
  server.verdict = () => ({});
  expect(await pump.push()).toBe('empty');
  expect([...server.records.keys()]).toEqual([uuid]);
  expect(await states()).toEqual(['stored']);
});

test('a file that the server misses although it had it goes again', async () => {
  await save(1, ['a']);
  const [row] = await (await keeping.db()).getAll('file_states');
  server.verdict = () => ({ verdict: 'held', reason: { code: 'x', text: '等照片', waits_for: [row!.sha256] } });
  server.fault = (_method, path) => {
    if (path.endsWith('inbox') && server.batches.length === 1) server.files.clear();
  };
  await pump.push();
  expect([...server.files.values()].map((one) => one.stored)).toEqual([true]);
});

test('one record that the server cannot digest keeps none of the others back', async () => {
  const uuids: string[] = [];
  for (let n = 0; n < 9; n++) uuids.push(await save(n));
  server.fault = (_method, path, init) =>
    path.endsWith('inbox') && String(init.body).includes(uuids[4]!) ? json({ code: 'request.invalid', title: '看不懂' }, 422) : undefined;
  expect(await pump.push()).toBe('server');
  expect((await states()).map((one) => one === 'stored')).toEqual(uuids.map((_, n) => n !== 4));
  expect((await keeping.list(new Set())).find((one) => one.uuid === uuids[4])!.trouble).toEqual({ code: 'request.invalid', text: '看不懂' });
  server.fault = (_method, path, init) =>
    path.endsWith('inbox') && String(init.body).includes(uuids[4]!) ? json({ code: 'surprise', title: '意外' }, 500) : undefined;
  uuids.push(await save(10));
  expect(await pump.push()).toBe('server');
  expect((await states()).filter((one) => one === 'stored')).toHaveLength(9);
});

test('a server that fails at everything is left alone soon', async () => {
  for (let n = 0; n < 40; n++) await save(n);
  server.fault = (_method, path) => (path.endsWith('inbox') ? json({ title: '意外' }, 500) : undefined);
  expect(await pump.push()).toBe('server');
  expect(server.asked.length).toBeLessThan(12);
  expect(await keeping.counts()).toMatchObject({ records: 40 });
});

test('batches stay small, in the order the records were made', async () => {
  const uuids: string[] = [];
  for (let n = 0; n < 130; n++) uuids.push(await save(n));
  expect(await pump.push()).toBe('empty');
  const sent = server.batches.filter((one) => one.records.length);
  expect(sent.map((one) => one.records.length)).toEqual([50, 50, 30]);
  expect(sent.flatMap((one) => one.records.map((record) => record.uuid))).toEqual(uuids);
});

test('a photo that is gone from the phone does not keep its record back, and stays in sight', async () => {
  await save(1, ['a']);
  const db = await keeping.db();
  await db.clear('files');
  expect(await pump.push()).toBe('server');
  expect(await states()).toEqual(['stored']);
  expect((await db.getAll('file_states'))[0]).toMatchObject({ state: 'waiting', trouble: { code: 'file.gone' } });
});

test('while another tab sends, this one says so and waits', async () => {
  await save(1);
  busy = true;
  expect(await pump.push()).toBe('busy');
  expect(server.asked).toEqual([]);
});

test('what is saved while sending is sent too', async () => {
  await save(1);
  let late: Promise<unknown> | null = null;
  server.fault = (_method, path) => {
    if (path.endsWith('inbox')) late ??= save(2).then(() => pump.push());
  };
  expect(await pump.push()).toBe('empty');
  await late;
  expect(await states()).toEqual(['stored', 'stored']);
});

test('pieces shrink on a slow network and grow on a quick one', () => {
  const budget = new Budget();
  for (let n = 0; n < 9; n++) budget.worked(60_000);
  expect(budget.bytes).toBe(16_384);
  for (let n = 0; n < 9; n++) budget.worked(100);
  expect(budget.bytes).toBe(1_048_576);
});
