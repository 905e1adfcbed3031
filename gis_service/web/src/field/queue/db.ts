/**
 * What lies on the phone. One database per person, so that those who share a phone keep their queues apart, and a small common one for
 * the device itself. Rows that never change (records, bytes of files) lie apart from the small rows that say how far they are.
 */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';

import { QuotaFull, type Trouble } from './contract';
import { sha256, uuid7 } from './ids';
import type { Envelope, Receipt, RecordKind } from './wire';

/** A record as it was saved: written once. `text` is made here, once, and is what travels and what is hashed. */
export interface RecordRow { uuid: string; kind: RecordKind; seq: number; text: string; sha256: string }

/** How far a record is, with the few facts a list needs. */
export interface StateRow {
  uuid: string; seq: number; kind: RecordKind; made_at: number; patrol: string | null; sha256: string; files: string[]; bytes: number;
  state: 'waiting' | 'stored' | 'held' | 'refused'; done_at: number | null; trouble: Trouble | null;
}

export interface FileRow { sha256: string; bytes: Blob }

/** How far a file is. `loose`: no record names it yet, so it does not travel. */
export interface FileStateRow {
  sha256: string; size_bytes: number; media_type: string; state: 'loose' | 'waiting' | 'stored'; kept_at: number; done_at: number | null;
  trouble: Trouble | null;
}

/** The rows of a record that waits, from its text: when it is saved, and when it comes back from its copy. */
export async function rowsOf(text: string): Promise<{ record: RecordRow; state: StateRow }> {
  const { uuid, kind, seq, made_at, patrol, files } = JSON.parse(text) as Envelope;
  const bytes = new TextEncoder().encode(text);
  const hash = await sha256(bytes);
  return {
    record: { uuid, kind, seq, text, sha256: hash },
    state: { uuid, kind, seq, made_at, patrol, files, bytes: bytes.length, sha256: hash, state: 'waiting', done_at: null, trouble: null },
  };
}

/** `changed`: 1 once the row says something a receipt said. */
export interface ReceiptRow { uuid: string; receipt: Receipt; got_at: number }

interface PersonSchema extends DBSchema {
  records: { key: string; value: RecordRow; indexes: { kind: string } };
  states: { key: string; value: StateRow; indexes: { place: [string, number] } };
  files: { key: string; value: FileRow };
  file_states: { key: string; value: FileStateRow; indexes: { state: string } };
  receipts: { key: string; value: ReceiptRow };
  drafts: { key: string; value: { key: string; value: unknown; at: number } };
  pack: { key: string; value: { key: string; value: unknown; at: number } };
  counters: { key: string; value: { key: string; value: number } };
}

export type PersonDb = IDBPDatabase<PersonSchema>;
export type Store = StoreNames<PersonSchema>;
export type Writing = IDBPTransaction<PersonSchema, Store[], 'readwrite'>;

interface CommonSchema extends DBSchema {
  device: { key: string; value: DeviceRow };
  people: { key: number; value: PersonRow };
}

export interface DeviceRow { key: 'device'; id: string; keys: CryptoKeyPair }

/** Somebody who has a queue on this phone. `here`: signed in, or was when the network went. */
export interface PersonRow { id: number; name: string; here: boolean; opened_at: number }

const VERSION = 1;
const COMMON = 'field-common';
export const personDb = (id: number): string => `field-person-${id}`;

/** Where the device's name is noted a second time: databases may be evicted without it. */
const DEVICE_NOTE = 'field.device';

export function openPerson(id: number, closed: () => void): Promise<PersonDb> {
  return openDB<PersonSchema>(personDb(id), VERSION, {
    upgrade(made, before) {
      // Later versions add; what lies in the queue of an old version is never thrown away.
      if (before >= 1) return;
      made.createObjectStore('records', { keyPath: 'uuid' }).createIndex('kind', 'kind');
      made.createObjectStore('states', { keyPath: 'uuid' }).createIndex('place', ['state', 'seq']);
      made.createObjectStore('files', { keyPath: 'sha256' });
      made.createObjectStore('file_states', { keyPath: 'sha256' }).createIndex('state', 'state');
      made.createObjectStore('receipts', { keyPath: 'uuid' });
      for (const name of ['drafts', 'pack', 'counters'] as const) made.createObjectStore(name, { keyPath: 'key' });
    },
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      closed();
    },
    terminated: closed,
  });
}

const openCommon = (): Promise<IDBPDatabase<CommonSchema>> =>
  openDB<CommonSchema>(COMMON, VERSION, {
    upgrade(made) {
      made.createObjectStore('device', { keyPath: 'key' });
      made.createObjectStore('people', { keyPath: 'id' });
    },
  });

async function common<T>(work: (db: IDBPDatabase<CommonSchema>) => Promise<T>): Promise<T> {
  const db = await openCommon();
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/** The phone's id and its signing key, made at the first use. The private key cannot leave the browser. */
export async function device(): Promise<DeviceRow> {
  return common(async (db) => {
    const known = await db.get('device', 'device');
    if (known) return known;
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    const made: DeviceRow = { key: 'device', id: noted(DEVICE_NOTE) ?? uuid7(), keys };
    const tx = db.transaction('device', 'readwrite', { durability: 'strict' });
    const first = await tx.store.get('device');  // another tab may have been quicker
    if (!first) await tx.store.put(made);
    await tx.done;
    note(DEVICE_NOTE, (first ?? made).id);
    return first ?? made;
  });
}

/** Remembers who is here; the next start without network opens the same queue. */
export async function arrive(person: { id: number; name: string }): Promise<void> {
  await common(async (db) => {
    const tx = db.transaction('people', 'readwrite');
    for (const other of await tx.store.getAll()) if (other.id !== person.id && other.here) await tx.store.put({ ...other, here: false });
    await tx.store.put({ id: person.id, name: person.name, here: true, opened_at: Date.now() });
    await tx.done;
  });
}

export const depart = (id: number): Promise<void> =>
  common(async (db) => {
    const known = await db.get('people', id);
    if (known) await db.put('people', { ...known, here: false });
  });

export const people = (): Promise<PersonRow[]> => common((db) => db.getAll('people'));

/**
 * Records and files of a person that no receipt names yet. Opens the database as it is, whatever its version: the service worker of a
 * newer build asks this too, and must not change what an older page is using.
 */
export async function unsentOf(id: number): Promise<number> {
  const db = await openDB<PersonSchema>(personDb(id));
  try {
    if (!db.objectStoreNames.contains('states')) return 0;
    const records = await db.countFromIndex('states', 'place', IDBKeyRange.bound(['waiting', -Infinity], ['waiting', Infinity]));
    return records + (await db.countFromIndex('file_states', 'state', 'waiting'));
  } finally {
    db.close();
  }
}

/** Who on this phone has something unsent, and how much. */
export async function unsent(): Promise<{ id: number; name: string; unsent: number }[]> {
  const all = await people();
  const counted = await Promise.all(all.map(async ({ id, name }) => ({ id, name, unsent: await unsentOf(id) })));
  return counted.filter((one) => one.unsent > 0);
}

/**
 * One transaction: everything in it is on the disk when this resolves, or nothing is. `work` may await only the database. A full disk is
 * a QuotaFull.
 */
export async function write<T>(db: PersonDb, stores: Store[], work: (tx: Writing) => Promise<T>, durability: 'strict' | 'relaxed' = 'strict'): Promise<T> {
  const tx = db.transaction(stores, 'readwrite', { durability });
  const done = tx.done.then(() => null, (cause: unknown) => ({ cause }));
  try {
    const result = await work(tx);
    const failed = await done;
    if (failed) throw failed.cause;
    return result;
  } catch (cause) {
    try {
      tx.abort();
    } catch {
      // it has ended by itself
    }
    await done;
    throw isFull(cause) || isFull(tx.error) ? new QuotaFull('quota') : cause;
  }
}

const isFull = (cause: unknown): boolean => (cause as { name?: string } | null)?.name === 'QuotaExceededError';

/** Small notes outside the databases; a browser that refuses them is no reason to fail. */
export function note(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // private windows, workers
  }
}

export function noted(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
