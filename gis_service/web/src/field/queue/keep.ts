/** Keeping: records, files and drafts of one person. The queue row is the save; there is no other copy that could say something else. */
import { FileMissing, type Counts, type Kept, type KeptFile, type KeptLoad, type Missing, type Person, type SaveOptions } from './contract';
import { bringBack } from './bringBack';
import { Copies } from './copies';
import { device, note, noted, openPerson, rowsOf, write, type FileStateRow, type PersonDb, type RecordRow, type StateRow } from './db';
import { sha256, uuid7 } from './ids';
import { SCHEMA, type Bodies, type Envelope, type Photo, type RecordKind, type Track } from './wire';

declare const __APP__: string;

/** This build, as every record says it. */
export const APP = typeof __APP__ === 'undefined' ? 'dev' : __APP__;

const DAY_MS = 86_400_000;

/** How long the phone shows what was acknowledged, and keeps the bytes of delivered photos, after the receipt. */
export const RESTS_DAYS = 7;

const LOAD_STORES = ['records', 'states', 'receipts'] as const;
const EMPTY_TRACK: Track = { fixes: [], gaps: [] };
const UNSENT_NOTE = 'field.unsent.';

/** What is noted outside the database: how much was unsent, and the last number given. */
interface Unsent extends Missing { seq: number }

/** How often the browser threw the database away: for support, and for the ledger of the kills. */
const REBUILT_NOTE = 'field.rebuilt.';

/** What was lost with a database that is no longer there. */
const LOST_NOTE = 'field.lost.';

/** The queue of one person, opened. */
export class Keeping {
  readonly copies: Copies;
  private opening: Promise<PersonDb> | null = null;
  private turn: Promise<unknown> = Promise.resolve();
  private heard = new Set<() => void>();
  private channel: BroadcastChannel;
  private askedToPersist = false;

  constructor(readonly person: Person) {
    this.copies = new Copies(person.id);
    this.channel = new BroadcastChannel(`field-queue-${person.id}`);
    this.channel.onmessage = () => this.tell();
  }

  /** The database; opened again when the browser closed it. */
  db(): Promise<PersonDb> {
    this.opening ??= openPerson(this.person.id, () => (this.opening = null)).then((db) => this.made(db));
    this.opening.catch(() => (this.opening = null));
    return this.opening;
  }

  /** A database that is new, or was made anew by the browser, gets what the copies hold before anything else is done with it. */
  private async made(db: PersonDb): Promise<PersonDb> {
    if (await db.get('counters', 'whole')) return db;
    const was = JSON.parse(noted(UNSENT_NOTE + this.person.id) ?? 'null') as Unsent | null;
    const back = await bringBack(db, await this.copies.found(), was?.seq ?? 0);
    const lost = { records: Math.max(0, (was?.records ?? 0) - back.records), files: Math.max(0, (was?.files ?? 0) - back.files) };
    if (was?.seq) note(REBUILT_NOTE + this.person.id, String(Number(noted(REBUILT_NOTE + this.person.id) ?? 0) + 1));
    if (lost.records || lost.files) note(LOST_NOTE + this.person.id, JSON.stringify(lost));
    return db;
  }

  /** What was unsent when the browser cleared this storage, and could not be brought back; told until it is forgotten. */
  async missing(): Promise<Missing | null> {
    await this.db();
    return JSON.parse(noted(LOST_NOTE + this.person.id) ?? 'null') as Missing | null;
  }

  forgetMissing(): void {
    note(LOST_NOTE + this.person.id, 'null');
  }

  async close(): Promise<void> {
    this.heard.clear();
    this.channel.close();
    (await this.opening)?.close();
    this.opening = null;
  }

  onChange(heard: () => void): () => void {
    this.heard.add(heard);
    return () => this.heard.delete(heard);
  }

  private tell(): void {
    for (const one of this.heard) one();
  }

  /** Something changed: the screens of this tab and of the others hear it, and a note of what is unsent is made outside the database. */
  async changed(): Promise<void> {
    this.tell();
    this.channel.postMessage(null);
    const { records, files } = await this.counts();
    const seq = (await (await this.db()).get('counters', 'seq'))?.value ?? 0;
    note(UNSENT_NOTE + this.person.id, JSON.stringify({ records, files, seq } satisfies Unsent));
  }

  /** Asks the browser once, at the first save, not to clear this site when the disk runs short. */
  private askToPersist(): void {
    if (this.askedToPersist) return;
    this.askedToPersist = true;
    void navigator.storage?.persist?.().catch(() => false);
  }

  async keepFile(bytes: Blob, media_type: string): Promise<KeptFile> {
    const read = await bytes.arrayBuffer();
    const hash = await sha256(read);
    // A blob of our own: one that came from a file input may vanish with its file.
    const own = new Blob([read], { type: media_type });
    await write(await this.db(), ['files', 'file_states'], async (tx) => {
      if (await tx.objectStore('file_states').get(hash)) return;
      void tx.objectStore('files').put({ sha256: hash, bytes: own }).catch(() => null);
      await tx.objectStore('file_states').put({
        sha256: hash, size_bytes: own.size, media_type, state: 'loose', kept_at: Date.now(), done_at: null, trouble: null,
      });
    });
    await this.copies.file(hash, own);
    this.askToPersist();
    return { sha256: hash, size_bytes: own.size, media_type };
  }

  /** One after the other: `seq` is part of the text, and the text is hashed before the transaction that counts. */
  save<K extends RecordKind>(kind: K, body: Bodies[K], options: SaveOptions = {}): Promise<string> {
    const mine = this.turn.then(() => this.saveNow(kind, body, options));
    this.turn = mine.catch(() => null);
    return mine;
  }

  private async saveNow<K extends RecordKind>(kind: K, body: Bodies[K], options: SaveOptions): Promise<string> {
    const { id } = await device();
    const uuid = options.uuid ?? uuid7();
    const photos = (body as { photos?: Photo[] }).photos ?? [];
    const files = [...new Set([...photos.map((one) => one.sha256), ...(options.files ?? [])])];
    for (;;) {
      const seq = kind === 'manifest' ? 0 : ((await (await this.db()).get('counters', 'seq'))?.value ?? 0) + 1;
      const envelope: Envelope<K> = {
        uuid, kind, seq, made_at: Date.now(), by: this.person.id, device: id, patrol: options.patrol ?? null, schema: SCHEMA, app: APP, files, body,
      };
      const text = JSON.stringify(envelope);
      const { record, state } = await rowsOf(text);
      if (await this.put(record, state, options)) {
        await this.copies.record(uuid, text);
        break;
      }
    }
    if (options.instead) await this.copies.drop([options.instead]);
    this.askToPersist();
    await this.changed();
    return uuid;
  }

  /** False when another tab took the number meanwhile; nothing was written then. */
  private async put(record: RecordRow, state: StateRow, { drafts = {}, instead }: SaveOptions): Promise<boolean> {
    return write(await this.db(), ['records', 'states', 'file_states', 'drafts', 'counters', 'receipts'], async (tx) => {
      const last = (await tx.objectStore('counters').get('seq'))?.value ?? 0;
      if (state.kind !== 'manifest' && last + 1 !== state.seq) return false;
      for (const hash of state.files) {
        const file = await tx.objectStore('file_states').get(hash);
        if (!file) throw new FileMissing(hash);
        if (file.state === 'loose') await tx.objectStore('file_states').put({ ...file, state: 'waiting' });
      }
      if (state.kind !== 'manifest') await tx.objectStore('counters').put({ key: 'seq', value: state.seq });
      if (instead) for (const store of LOAD_STORES) await tx.objectStore(store).delete(instead);
      await tx.objectStore('records').add(record);
      await tx.objectStore('states').add(state);
      for (const [key, value] of Object.entries(drafts)) {
        if (value === undefined) await tx.objectStore('drafts').delete(key);
        else await tx.objectStore('drafts').put({ key, value, at: Date.now() });
      }
      return true;
    });
  }

  async draft(key: string): Promise<unknown> {
    return (await (await this.db()).get('drafts', key))?.value ?? null;
  }

  async keepDraft(key: string, value: unknown): Promise<void> {
    await write(await this.db(), ['drafts'], (tx) => tx.objectStore('drafts').put({ key, value, at: Date.now() }));
  }

  async dropDraft(key: string): Promise<void> {
    await write(await this.db(), ['drafts'], (tx) => tx.objectStore('drafts').delete(key));
  }

  async pack<T>(): Promise<T | null> {
    return ((await (await this.db()).get('pack', 'pack'))?.value as T | undefined) ?? null;
  }

  async keepPack<T>(value: T): Promise<void> {
    await write(await this.db(), ['pack'], (tx) => tx.objectStore('pack').put({ key: 'pack', value, at: Date.now() }));
  }

  async file(hash: string): Promise<Blob | null> {
    return (await (await this.db()).get('files', hash))?.bytes ?? null;
  }

  async counts(): Promise<Counts> {
    const tx = (await this.db()).transaction(['states', 'file_states']);
    const place = tx.objectStore('states').index('place');
    const of = (state: StateRow['state']): IDBKeyRange => IDBKeyRange.bound([state, -Infinity], [state, Infinity]);
    const [records, files, held, refused] = await Promise.all([
      place.getAll(of('waiting')), tx.objectStore('file_states').index('state').getAll('waiting'), place.count(of('held')), place.count(of('refused')),
    ]);
    const bytes = records.reduce((sum, one) => sum + one.bytes, 0) + files.reduce((sum, one) => sum + one.size_bytes, 0);
    const oldest = [...records.map((one) => one.made_at), ...files.map((one) => one.kept_at)];
    return {
      records: records.length, files: files.length, bytes, held, refused, oldest_at: oldest.length ? oldest.reduce((a, b) => Math.min(a, b)) : null,
    };
  }

  async list(sending: ReadonlySet<string>): Promise<Kept[]> {
    const tx = (await this.db()).transaction(['states', 'records', 'receipts', 'file_states']);
    const kinds: RecordKind[] = ['patrol.start', 'visit', 'observation', 'correction', 'facility.edit', 'patrol.end'];
    const [states, receipts, files, ...records] = await Promise.all([
      tx.objectStore('states').getAll(), tx.objectStore('receipts').getAll(), tx.objectStore('file_states').getAll(),
      ...kinds.map((kind) => tx.objectStore('records').index('kind').getAll(kind)),
    ]);
    const body = new Map(records.flat().map((row) => [row.uuid, (JSON.parse(row.text) as Envelope).body]));
    const receipt = new Map(receipts.map((row) => [row.uuid, row.receipt]));
    const sent = new Set(files.filter((one) => one.state === 'stored').map((one) => one.sha256));
    return states
      .filter(({ kind }) => kind !== 'manifest')
      .sort((a, b) => b.seq - a.seq)
      .map(({ uuid, kind, made_at, patrol, sha256: hash, files: named, state, trouble }) => ({
        uuid, kind, made_at, patrol, sha256: hash, files: named, trouble,
        state: state === 'waiting' && sending.has(uuid) ? 'sending' : state,
        files_sent: named.filter((one) => sent.has(one)).length,
        receipt: receipt.get(uuid) ?? null,
        body: body.get(uuid) ?? EMPTY_TRACK,
      }));
  }

  async loads(sending: ReadonlySet<string>): Promise<KeptLoad[]> {
    const tx = (await this.db()).transaction(['states', 'records', 'receipts']);
    const records = await tx.objectStore('records').index('kind').getAll('manifest');
    const found = await Promise.all(records.map(async ({ uuid, text }): Promise<KeptLoad | null> => {
      const [state, receipt] = await Promise.all([tx.objectStore('states').get(uuid), tx.objectStore('receipts').get(uuid)]);
      if (!state) return null;
      const reason = receipt?.receipt.reason;
      return {
        uuid, made_at: state.made_at, files: state.files, body: (JSON.parse(text) as Envelope<'manifest'>).body,
        state: state.state === 'waiting' && sending.has(uuid) ? 'sending' : state.state, trouble: state.trouble ?? (reason ? { code: reason.code, text: reason.text } : null),
      };
    }));
    return found.filter((one) => one !== null).sort((a, b) => b.made_at - a.made_at);
  }

  async dropLoad(uuid: string): Promise<void> {
    await write(await this.db(), [...LOAD_STORES], async (tx) => {
      if ((await tx.objectStore('states').get(uuid))?.state !== 'refused') return;
      for (const store of LOAD_STORES) await tx.objectStore(store).delete(uuid);
    });
    await this.copies.drop([uuid]);
    await this.changed();
  }

  async retryLoad(uuid: string): Promise<void> {
    await write(await this.db(), ['states', 'receipts'], async (tx) => {
      const row = await tx.objectStore('states').get(uuid);
      if (row?.state !== 'refused') return;
      await tx.objectStore('states').put({ ...row, state: 'waiting', done_at: null, trouble: null });
      await tx.objectStore('receipts').delete(uuid);
    });
    await this.changed();
  }

  async storage(): Promise<{ persisted: boolean | null; quota: number | null; usage: number | null }> {
    const persisted = (await navigator.storage?.persisted?.().catch(() => null)) ?? null;
    const estimate = await navigator.storage?.estimate?.().catch(() => null);
    return { persisted, quota: estimate?.quota ?? null, usage: estimate?.usage ?? null };
  }

  /**
   * Drops what nobody needs any more: records and the bytes of files a week after their receipt, and loose files of a week ago that no
   * draft speaks of. Whatever has no receipt stays. Says how much went.
   */
  async tidy(now: number = Date.now()): Promise<number> {
    const before = now - RESTS_DAYS * DAY_MS;
    const old = (row: { done_at: number | null }): boolean => row.done_at !== null && row.done_at < before;
    const dropped = await write(await this.db(), ['records', 'states', 'receipts', 'files', 'file_states', 'drafts'], async (tx) => {
      const states = await tx.objectStore('states').getAll();
      const gone = states.filter((row) => row.state === 'stored' && old(row));
      for (const { uuid } of gone) {
        for (const store of ['records', 'states', 'receipts'] as const) void tx.objectStore(store).delete(uuid).catch(() => null);
      }
      const named = new Set(states.filter((row) => !gone.includes(row)).flatMap((row) => row.files));
      const drafts = JSON.stringify((await tx.objectStore('drafts').getAll()).map((row) => row.value));
      const mayGo = (row: FileStateRow): boolean =>
        (row.state === 'stored' && old(row) && !named.has(row.sha256)) || (row.state === 'loose' && row.kept_at < before && !drafts.includes(row.sha256));
      const files = (await tx.objectStore('file_states').getAll()).filter(mayGo);
      for (const { sha256: hash } of files) {
        for (const store of ['files', 'file_states'] as const) void tx.objectStore(store).delete(hash).catch(() => null);
      }
      return gone.length + files.length;
    });
    await this.copies.only(await this.keysNotStored('states'), await this.keysNotStored('file_states'));
    return dropped;
  }

  private async keysNotStored(store: 'states' | 'file_states'): Promise<Set<string>> {
    const rows = await (await this.db()).getAll(store);
    return new Set(rows.filter(({ state }) => state !== 'stored').map((row) => ('uuid' in row ? row.uuid : row.sha256)));
  }
}
