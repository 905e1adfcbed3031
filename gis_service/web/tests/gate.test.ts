import 'fake-indexeddb/auto';

import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { trucksFrom, plates } from '../src/desk/disposals/trucks';
import { standing } from '../src/desk/disposals/words';
import { EMPTY, figure, isPlate, loadOf, netOf, numberOf, platesOf, sums, wanting, type GateProject } from '../src/field/gate/gate';
import type { KeptLoad } from '../src/field/queue/contract';
import { Keeping } from '../src/field/queue/keep';
import { Pump } from '../src/field/queue/pump';
import type { Load } from '../src/field/queue/wire';
import { FakeServer, json } from './queueServer';

const PROJECT: GateProject = {
  id: 5, no: 'CZ2026-0001', title: '示例', state: 'removing', classes: ['mixed'], parcels: [], sites: [{ id: 2, name: '示例场', accepts: [] }],
  carriers: [{ id: 8, carrier: '示例运输', trucks: ['粤C10001', '粤C10002', '粤C10003'] }],
};
const load = (more: Partial<Load> = {}): Load => ({ manifest_no: 'A1', project_id: 5, waste_class: 'mixed', plate: '粤C10001', loaded_at: '2026-11-29T01:00:00Z', loaded_m3: '20', ...more });
const kept = (plate: string, made_at: number, more: Partial<Load> = {}): KeptLoad => ({ uuid: plate, made_at, state: 'stored', files: [], body: load({ plate, ...more }), trouble: null });

describe('the form', () => {
  test('the truck that left last stands first', () => {
    expect(platesOf(PROJECT, [kept('粤C10003', 9), kept('粤C10002', 3)])).toEqual(['粤C10003', '粤C10002', '粤C10001']);
  });
  test('figures are read as they are typed, and nonsense is told', () => {
    expect([figure('', 100), figure('18,5', 100), figure('0', 100), figure('100', 100), figure('二十', 100)]).toEqual(['', '18,5'.replace(',', '.'), null, null, null]);
    expect([netOf({ gross_t: '28.4', tare_t: '13' }), netOf({ gross_t: '28', tare_t: '' }), netOf({ gross_t: '12', tare_t: '13' })]).toEqual(['15.4', '', null]);
  });
  test('plates are those of the register', () => {
    expect([isPlate('粤c·d1234f'), isPlate('粤C12345'), isPlate('粤C'), isPlate('12345')]).toEqual([true, true, false, false]);
  });
  test('it says the first thing that is wanting', () => {
    const full = { ...EMPTY, project: 5, waste_class: 'mixed', plate: '粤C10001', loaded_m3: '20' };
    expect([wanting(EMPTY), wanting({ ...full, plate: '粤C' }), wanting({ ...full, loaded_m3: '' }), wanting({ ...full, gross_t: '1', tare_t: '2' }), wanting(full)]).toEqual(['project', 'plate', 'none', 'net', null]);
  });
  test('a load says what was typed and nothing that was not', () => {
    const at = new Date('2026-11-28T16:05:09Z');
    const typed = { ...EMPTY, project: 5, waste_class: 'mixed', plate: '粤c10001', gross_t: '28', tare_t: '13', site: 2 };
    expect(numberOf('CZ2026-0001', at, 'ab12')).toBe('0001-1129000509AB');
    expect(loadOf(typed, PROJECT, at, '门岗甲', 'N1')).toEqual({
      manifest_no: 'N1', project_id: 5, waste_class: 'mixed', plate: '粤C10001', loaded_at: at.toISOString(), producer_confirmed: '门岗甲', carrier_id: 8, site_id: 2,
      loaded_net_t: '15', remark: '毛重 28 t，皮重 13 t',
    });
  });
  test('sums are over what is known', () => {
    expect(sums([kept('粤C10001', 1), kept('粤C10002', 2, { loaded_net_t: '15.5' })])).toEqual({ count: 2, m3: 40, t: 15.5 });
  });
});

test('trucks are read a line each, and a line that says nothing sensible is left out', () => {
  expect(trucksFrom('粤c10001 31\n\n粤C10002，25.5t\n粤C10003\n粤C1 x y')).toEqual([
    { plate: '粤C10001', gross_limit_t: '31' }, { plate: '粤C10002', gross_limit_t: '25.5' }, { plate: '粤C10003', gross_limit_t: '31' },
  ]);
  expect(plates('a\n\n b ')).toEqual(['a', 'b']);
});

test('a permit that ended or ends within thirty days is marked', () => {
  expect(['2026-11-28', '2026-11-29', '2026-12-29', '2026-12-30', null].map((until) => standing(until, '2026-11-29'))).toEqual(['over', 'soon', 'soon', null, null]);
});

describe('the queue', () => {
  let keeping: Keeping;
  let pump: Pump;
  let server: FakeServer;
  const loads = new Map<string, string>();
  const photos: string[] = [];
  let say: (uuid: string) => Response | 'cut' | 'drop' | void;

  beforeEach(() => {
    globalThis.indexedDB = new IDBFactory();
    vi.stubGlobal('navigator', { userAgent: 'Test', locks: { request: (_n: string, _o: unknown, work: (lock: unknown) => Promise<unknown>) => work({}) } });
    keeping = new Keeping({ id: 3, name: '门岗甲' });
    pump = new Pump(keeping);
    server = new FakeServer();
    loads.clear();
    photos.length = 0;
    say = () => undefined;
    server.fault = (method, path, init) => {
      const uuid = /\/manifests\/([^/]+)/.exec(path)?.[1];
      if (!uuid) return path.endsWith('/me') ? json({ id: 3, permissions: ['manifest.record'] }) : undefined;
      const said = say(uuid);
      if (said instanceof Response || said === 'cut') return said;
      if (method === 'PUT') {
        const known = loads.get(uuid);
        if (known !== undefined && known !== init.body) return json({ code: 'manifest.differs', title: '不同' }, 409);
        loads.set(uuid, init.body as string);
      } else photos.push(uuid);
      return said ?? json({ id: uuid }, 201);
    };
    server.install();
  });
  afterEach(async () => {
    pump.stop();
    await keeping.close();
  });
  const states = async (): Promise<string[]> => (await keeping.loads(new Set())).reverse().map(({ state }) => state);

  test('loads made without network arrive once each, in their order, and count no number of the walks', async () => {
    const uuids = [await keeping.save('manifest', load()), await keeping.save('manifest', load({ manifest_no: 'A2' }))];
    say = () => 'cut';
    expect(await pump.push()).toBe('offline');
    expect([await states(), (await keeping.counts()).records]).toEqual([['waiting', 'waiting'], 2]);
    say = () => undefined;
    expect(await pump.push()).toBe('empty');
    expect([...loads.keys()]).toEqual(uuids);
    expect(JSON.parse(loads.get(uuids[0]!)!)).toEqual(load());
    expect([await states(), (await keeping.counts()).records, await keeping.list(new Set())]).toEqual([['stored', 'stored'], 0, []]);
    expect(server.asked.some((one) => one.includes('/field/'))).toBe(false);
    await keeping.save('patrol.start', {});
    expect((await keeping.list(new Set()))[0]!.kind).toBe('patrol.start');
    expect((await (await keeping.db()).get('counters', 'seq'))!.value).toBe(1);
  });

  test('an answer that was lost costs no second load, and the photo follows its load', async () => {
    const { sha256 } = await keeping.keepFile(new Blob(['photo']), 'image/jpeg');
    const uuid = await keeping.save('manifest', load(), { files: [sha256] });
    server.fault = ((inner) => (method, path, init) => {
      const said = inner(method, path, init);
      return method === 'PUT' && photos.length === 0 && loads.size === 1 && said instanceof Response && !server.asked.includes('again') ? (server.asked.push('again'), 'cut') : said;
    })(server.fault);
    expect(await pump.push()).toBe('offline');
    expect(await pump.push()).toBe('empty');
    expect([[...loads.keys()], photos, await states(), (await keeping.counts()).files]).toEqual([[uuid], [uuid], ['stored'], 0]);
  });

  test('a load the server will not have stays with its sentence; put right, it goes in its place', async () => {
    const bad = await keeping.save('manifest', load());
    const good = await keeping.save('manifest', load({ manifest_no: 'A2' }));
    say = (uuid) => (uuid === bad ? json({ code: 'manifest.project_not_open', title: '项目已结束' }, 409) : undefined);
    expect(await pump.push()).toBe('empty');
    expect((await keeping.loads(new Set())).find(({ uuid }) => uuid === bad)).toMatchObject({ state: 'refused', trouble: { text: '项目已结束' } });
    expect([...loads.keys()]).toEqual([good]);
    const mended = await keeping.save('manifest', load({ project_id: 6 }), { instead: bad });
    say = () => undefined;
    expect(await pump.push()).toBe('empty');
    expect([(await keeping.loads(new Set())).map(({ uuid }) => uuid).sort(), [...loads.keys()]]).toEqual([[good, mended].sort(), [good, mended]]);
  });

  test('only a refused load is let go; tried again, it waits', async () => {
    const uuid = await keeping.save('manifest', load());
    await keeping.dropLoad(uuid);
    expect(await states()).toEqual(['waiting']);
    say = () => json({ code: 'not_found', title: '没有找到处置项目' }, 404);
    await pump.push();
    expect(await states()).toEqual(['refused']);
    await keeping.retryLoad(uuid);
    expect(await states()).toEqual(['waiting']);
    await pump.push();
    await keeping.dropLoad(uuid);
    expect(await states()).toEqual([]);
  });

  test('walks of somebody who may no longer walk stay, and it is said', async () => {
    await keeping.save('manifest', load());
    await keeping.save('patrol.start', {});
    expect(await pump.push()).toBe('denied');
    expect([await states(), loads.size]).toEqual([['stored'], 1]);
  });
});
