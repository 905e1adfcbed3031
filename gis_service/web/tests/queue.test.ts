import 'fake-indexeddb/auto';

import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test } from 'vitest';

import { FileMissing } from '../src/field/queue/contract';
import { device, people, unsent } from '../src/field/queue/db';
import { sha256, uuid7 } from '../src/field/queue/ids';
import { Keeping, RESTS_DAYS } from '../src/field/queue/keep';
import type { Envelope, Visit } from '../src/field/queue/wire';

const DAY_MS = 86_400_000;
const visit = (more: Partial<Visit> = {}): Visit => ({
  parcel_id: 7, came_at: 1, all_fine: true, form: 'visit', form_version: 1, answers: { 围蔽: '完好' }, photos: [], ...more,
});
const photo = (kept: { sha256: string; size_bytes: number }) => ({ ...kept, kind: 'original' as const, media_type: 'image/jpeg' });
const picture = (word: string): Blob => new Blob([word], { type: 'image/jpeg' });

let keeping: Keeping;
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  keeping = new Keeping({ id: 3, name: '巡查员甲' });
});

test('a uuid of version 7 says when it was made and is never made twice', () => {
  const made = Array.from({ length: 1000 }, () => uuid7(1_795_000_000_123));
  expect(new Set(made).size).toBe(1000);
  for (const one of made) expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseInt(made[0]!.replaceAll('-', '').slice(0, 12), 16)).toBe(1_795_000_000_123);
});

test('a saved record is one text with its hash, in order, and says who, where from and what it names', async () => {
  const kept = await keeping.keepFile(picture('照片'), 'image/jpeg');
  const uuid = await keeping.save('visit', visit({ photos: [photo(kept)] }), { patrol: 'p' });
  await keeping.save('visit', visit());
  const rows = await (await keeping.db()).getAll('records');
  const row = rows.find((one) => one.uuid === uuid)!;
  expect(row.sha256).toBe(await sha256(new TextEncoder().encode(row.text)));
  const said = JSON.parse(row.text) as Envelope<'visit'>;
  expect(said).toMatchObject({ uuid, kind: 'visit', seq: 1, by: 3, patrol: 'p', schema: 1, files: [kept.sha256], device: (await device()).id });
  expect(said.body.answers).toEqual({ 围蔽: '完好' });
  expect(rows.map((one) => one.seq).sort()).toEqual([1, 2]);
});

test('forty saves at once, from two tabs, are forty records with forty numbers', async () => {
  const other = new Keeping(keeping.person);
  await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? keeping : other).save('visit', visit({ parcel_id: n }))));
  const rows = await (await keeping.db()).getAll('records');
  expect(rows.map((one) => one.seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  await other.close();
});

test('a record that names a photo nobody kept is not saved, nor anything of it', async () => {
  await keeping.keepDraft('visit', { words: 1 });
  const lost = photo({ sha256: 'a'.repeat(64), size_bytes: 1 });
  await expect(keeping.save('visit', visit({ photos: [lost] }), { drafts: { visit: undefined } })).rejects.toThrow(FileMissing);
  expect(await keeping.list(new Set())).toEqual([]);
  expect(await keeping.draft('visit')).toEqual({ words: 1 });
});

test('a draft goes in the same moment as the record that was made of it', async () => {
  await keeping.keepDraft('visit', { words: 1 });
  await keeping.keepDraft('track', { fixes: [1, 2, 3] });
  await keeping.save('visit', visit(), { drafts: { visit: undefined, track: { fixes: [3] } } });
  expect([await keeping.draft('visit'), await keeping.draft('track')]).toEqual([null, { fixes: [3] }]);
});

test('a kept file waits only once a record names it, and is kept once', async () => {
  const kept = await keeping.keepFile(picture('一'), 'image/jpeg');
  expect(await keeping.keepFile(picture('一'), 'image/jpeg')).toEqual(kept);
  expect(await keeping.counts()).toMatchObject({ records: 0, files: 0, bytes: 0, oldest_at: null });
  await keeping.save('visit', visit({ photos: [photo(kept)] }));
  expect(await keeping.counts()).toMatchObject({ records: 1, files: 1 });
  expect(await (await keeping.file(kept.sha256))!.text()).toBe('一');
});

test('the list is newest first, and leaves the fixes of a track out', async () => {
  await keeping.save('track', { fixes: [[113.1, 22.1, 1, 5, null, null, null]], gaps: [] });
  await keeping.save('visit', visit());
  const list = await keeping.list(new Set());
  expect(list.map((one) => one.kind)).toEqual(['visit', 'track']);
  expect(list[1]!.body).toEqual({ fixes: [], gaps: [] });
  expect(list[0]!.body).toEqual(visit());
});

test('people who share a phone have queues of their own', async () => {
  await keeping.save('visit', visit());
  const other = new Keeping({ id: 4, name: '巡查员乙' });
  expect(await other.list(new Set())).toEqual([]);
  expect(await other.counts()).toMatchObject({ records: 0 });
  const { arrive } = await import('../src/field/queue/db');
  await arrive(keeping.person);
  await arrive(other.person);
  expect((await people()).filter((one) => one.here).map((one) => one.id)).toEqual([4]);
  expect(await unsent()).toEqual([{ id: 3, name: '巡查员甲', unsent: 1 }]);
  await other.close();
});

test('tidying drops nothing that has no receipt, and no photo that a draft speaks of', async () => {
  const spoken = await keeping.keepFile(picture('草稿'), 'image/jpeg');
  await keeping.keepFile(picture('无人'), 'image/jpeg');
  const named = await keeping.keepFile(picture('有人'), 'image/jpeg');
  await keeping.keepDraft('visit', { photos: [spoken.sha256] });
  await keeping.save('visit', visit({ photos: [photo(named)] }));
  expect(await keeping.tidy(Date.now() + (RESTS_DAYS - 1) * DAY_MS)).toBe(0);
  expect(await keeping.tidy(Date.now() + 365 * DAY_MS)).toBe(1);
  expect((await (await keeping.db()).getAllKeys('files')).sort()).toEqual([spoken.sha256, named.sha256].sort());
  expect(await keeping.counts()).toMatchObject({ records: 1, files: 1 });
});
