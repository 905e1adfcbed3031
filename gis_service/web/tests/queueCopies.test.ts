import 'fake-indexeddb/auto';

import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test } from 'vitest';

import { Keeping } from '../src/field/queue/keep';
import type { Visit } from '../src/field/queue/wire';

/** As much of the Cache API as the copies use. */
class FakeCache {
  entries = new Map<string, Response>();
  put = async (path: string, kept: Response): Promise<void> => void this.entries.set(new URL(path, 'https://here').href, kept);
  match = async ({ url }: Request): Promise<Response | undefined> => this.entries.get(url)?.clone();
  keys = async (): Promise<Request[]> => [...this.entries.keys()].map((url) => new Request(url));
  delete = async (path: string): Promise<boolean> => this.entries.delete(new URL(path, 'https://here').href);
}

const person = { id: 3, name: '巡查员甲' };
const visit = (photos: Visit['photos'] = []): Visit => ({ parcel_id: 7, came_at: 1, all_fine: true, form: 'visit', form_version: 1, answers: {}, photos });

let cache: FakeCache;
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  cache = new FakeCache();
  Object.assign(globalThis, { caches: { open: async () => cache } });
});

/** The browser throws the database away; the app is opened again. */
function thrownAway(): Keeping {
  globalThis.indexedDB = new IDBFactory();
  return new Keeping(person);
}

test('records and photos come back as they were, wait again, and later ones have later numbers', async () => {
  const before = new Keeping(person);
  const kept = await before.keepFile(new Blob(['照片'], { type: 'image/jpeg' }), 'image/jpeg');
  const first = await before.save('visit', visit([{ ...kept, kind: 'original', media_type: 'image/jpeg' }]));
  const second = await before.save('visit', visit());
  const texts = (await (await before.db()).getAll('records')).map(({ uuid, text, sha256 }) => [uuid, text, sha256]);

  const after = thrownAway();
  expect((await after.list(new Set())).map(({ uuid, state }) => [uuid, state])).toEqual([[second, 'waiting'], [first, 'waiting']]);
  expect((await (await after.db()).getAll('records')).map(({ uuid, text, sha256 }) => [uuid, text, sha256])).toEqual(texts);
  expect(await (await after.file(kept.sha256))!.text()).toBe('照片');
  expect(await after.counts()).toMatchObject({ records: 2, files: 1 });
  const third = await after.save('visit', visit());
  expect((await (await after.db()).get('records', third))?.seq).toBe(3);
});

test('a photo that no record names comes back for the draft, and does not travel', async () => {
  const kept = await new Keeping(person).keepFile(new Blob(['草稿'], { type: 'image/jpeg' }), 'image/jpeg');
  const after = thrownAway();
  expect(await after.counts()).toMatchObject({ records: 0, files: 0 });
  expect(await (await after.file(kept.sha256))!.text()).toBe('草稿');
});

test('a file without a copy went before its record did: it is not sent again', async () => {
  const before = new Keeping(person);
  const kept = await before.keepFile(new Blob(['已传'], { type: 'image/jpeg' }), 'image/jpeg');
  await before.save('visit', visit([{ ...kept, kind: 'original', media_type: 'image/jpeg' }]));
  await before.copies.drop([], [kept.sha256]);
  expect(await thrownAway().counts()).toMatchObject({ records: 1, files: 0 });
});

test('tidying keeps the copies of what is unsent and no others', async () => {
  const keeping = new Keeping(person);
  const uuid = await keeping.save('visit', visit());
  await keeping.copies.record('gone', '{}');
  await keeping.tidy();
  expect([...cache.entries.keys()]).toEqual([`https://here/field/copies/records/${uuid}`]);
});

test('without a Cache API records are kept all the same', async () => {
  Reflect.deleteProperty(globalThis, 'caches');
  const keeping = new Keeping(person);
  await keeping.save('visit', visit());
  expect(await keeping.counts()).toMatchObject({ records: 1 });
});
