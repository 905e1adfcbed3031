/**
 * Sending. Photos first, in pieces that can be continued, then the records that name them, in the order they were made. Nothing leaves
 * the queue but by a receipt that carries our own hash; every other outcome leaves it where it is.
 */
import type { PushEnd, Trouble } from './contract';
import { device, write, type FileStateRow, type StateRow } from './db';
import * as doors from './doors';
import { Ended, Refused } from './doors';
import { sha256 } from './ids';
import { APP, type Keeping } from './keep';
import type { Batch, Envelope, FileState, Receipt, Sent, VerdictWord } from './wire';

const MOST_RECORDS = 50;
const LEAST_BYTES = 16_384;
const MOST_BYTES = 1_048_576;
const QUICK_MS = 4_000;
const SLOW_MS = 15_000;
const ASKED_AT_ONCE = 200;
const HEARTBEAT_MS = 5 * 60_000;
const [SHORTEST_MS, LONGEST_MS] = [2_000, 30_000];
const WORDS: VerdictWord[] = ['stored', 'duplicate', 'held', 'refused'];

const waiting = (): IDBKeyRange => IDBKeyRange.bound(['waiting', -Infinity], ['waiting', Infinity]);

/** Bytes sent at once: grows while the network is quick, shrinks when it is slow, so that 2 kB/s gets somewhere too. */
export class Budget {
  bytes = 262_144;
  worked(took_ms: number): void {
    if (took_ms < QUICK_MS) this.bytes = Math.min(MOST_BYTES, this.bytes * 2);
    else if (took_ms > SLOW_MS) this.less();
  }
  less(): void {
    this.bytes = Math.max(LEAST_BYTES, this.bytes / 2);
  }
}

export class Pump {
  /** Uuids on their way at this moment; known to this tab only, so that a killed page leaves nothing half. */
  readonly sending = new Set<string>();
  private running: Promise<PushEnd> | null = null;
  private wanted = false;
  private budget = new Budget();
  private aside = new Set<string>();
  private failures = 0;
  private beaten = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private after_ms = 0;
  private stopped = new AbortController();

  constructor(private keeping: Keeping) {}

  /** From now on by itself: when the network comes back, when the page is looked at, after a save, and by the clock. */
  start(): void {
    const { signal } = this.stopped;
    addEventListener('online', () => void this.push(), { signal });
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void this.push(), { signal });
    void this.push();
  }

  stop(): void {
    this.stopped.abort();
    clearTimeout(this.timer);
  }

  /** Something was saved: send it soon, unless a failure just told us to wait. */
  soon(): void {
    if (this.failures === 0) this.at(300);
  }

  /** Sends what there is; resolves when nothing more can be done for the moment. */
  push(): Promise<PushEnd> {
    this.wanted = true;
    this.running ??= this.untilDone().finally(() => (this.running = null));
    return this.running;
  }

  private async untilDone(): Promise<PushEnd> {
    let end: PushEnd;
    do {
      this.wanted = false;
      end = await this.alone();
    } while (this.wanted && end === 'empty' && !this.stopped.signal.aborted);
    await this.next(end);
    return end;
  }

  /** One tab sends; the others say `busy`. */
  private alone(): Promise<PushEnd> {
    return navigator.locks.request(`field-push-${this.keeping.person.id}`, { ifAvailable: true }, async (lock) => {
      if (!lock) return 'busy';
      try {
        return await this.pass();
      } catch (cause) {
        if (!(cause instanceof Ended)) throw cause;
        this.after_ms = cause.after_ms;
        if (cause.end === 'offline') this.budget.less();
        return cause.end;
      } finally {
        this.sending.clear();
        await this.keeping.changed();
      }
    });
  }

  private at(ms: number): void {
    clearTimeout(this.timer);
    if (!this.stopped.signal.aborted) this.timer = setTimeout(() => void this.push(), ms);
  }

  /** When to try again by ourselves. After `signin` and `denied` a person must act first. */
  private async next(end: PushEnd): Promise<void> {
    if (this.stopped.signal.aborted || end === 'signin' || end === 'denied') return;
    if (end === 'empty') {
      this.failures = 0;
      return this.at(HEARTBEAT_MS);
    }
    const { records, files, held } = await this.keeping.counts();
    if (!records && !files && !held) return this.at(HEARTBEAT_MS);
    const wait = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** this.failures) * (0.75 + Math.random() / 2);
    if (end !== 'busy') this.failures += 1;
    this.at(Math.max(wait, this.after_ms));
    this.after_ms = 0;
    await askForSync();
  }

  private async pass(): Promise<PushEnd> {
    const { id, permissions } = await doors.me();
    if (id !== this.keeping.person.id) throw new Ended('signin');
    this.aside.clear();
    await this.sendLoads();
    if (permissions && !permissions.includes('patrol.record')) {
      if (await this.holdsWalks()) throw new Ended('denied');
      return this.aside.size ? 'server' : 'empty';
    }
    // First of all the server hears what is here: should this phone be lost while it sends, somebody knows what to look for.
    if (performance.now() - this.beaten > HEARTBEAT_MS) await this.beat();
    let sent = false;
    for (;;) {
      const batch = await this.nextBatch();
      if (!batch.length) break;
      for (const row of batch) this.sending.add(row.uuid);
      await this.sendFiles([...new Set(batch.flatMap((row) => row.files))]);
      await this.sendRecords(batch);
      this.sending.clear();
      await this.keeping.changed();
      sent = true;
    }
    const ofLoads = await this.filesOfLoads();
    const unsent = await (await this.keeping.db()).getAllKeysFromIndex('file_states', 'state', 'waiting');
    await this.sendFiles(unsent.filter((hash) => !ofLoads.has(hash)));
    await this.askAboutHeld();
    if (sent) await this.beat();
    return this.aside.size ? 'server' : 'empty';
  }

  private async nextBatch(): Promise<StateRow[]> {
    const rows = await (await this.keeping.db()).getAllFromIndex('states', 'place', waiting());
    const batch: StateRow[] = [];
    let bytes = 0;
    for (const row of rows) {
      if (row.kind === 'manifest' || this.aside.has(row.uuid)) continue;
      bytes += row.bytes;
      if (batch.length && (bytes > this.budget.bytes || batch.length >= MOST_RECORDS)) break;
      batch.push(row);
    }
    return batch;
  }

  // --- loads at the gate

  private async loads(): Promise<StateRow[]> {
    return (await (await this.keeping.db()).getAllFromIndex('states', 'place', waiting())).filter(({ kind }) => kind === 'manifest');
  }

  private async holdsWalks(): Promise<boolean> {
    return (await (await this.keeping.db()).getAllFromIndex('states', 'place', waiting())).some(({ kind }) => kind !== 'manifest');
  }

  private async filesOfLoads(): Promise<Set<string>> {
    return new Set((await (await this.keeping.db()).getAll('states')).filter(({ kind }) => kind === 'manifest').flatMap(({ files }) => files));
  }

  /** One after the other, in the order they were made. One that the server will not have stays, with its reason; the others go. */
  private async sendLoads(): Promise<void> {
    for (const row of await this.loads()) {
      this.sending.add(row.uuid);
      const text = (await (await this.keeping.db()).get('records', row.uuid))?.text;
      if (text) await this.sendLoad(row, JSON.parse(text) as Envelope<'manifest'>);
      this.sending.delete(row.uuid);
      await this.keeping.changed();
    }
  }

  /** First the load, then its photos; only when the server has all of it does it leave the queue. */
  private async sendLoad(row: StateRow, { body }: Envelope<'manifest'>): Promise<void> {
    try {
      await doors.putLoad(row.uuid, body);
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause;
      if (cause.status >= 500) return this.setAside(row.uuid, cause.trouble, cause.status);
      return this.endLoad(row, 'refused', cause.trouble);
    }
    for (const hash of row.files) {
      const trouble = await this.sendPhoto(row.uuid, hash, body.loaded_at);
      if (trouble) return this.setAside(row.uuid, trouble);
    }
    await this.endLoad(row, 'stored', null);
  }

  private async sendPhoto(uuid: string, hash: string, taken_at: string): Promise<Trouble | null> {
    const db = await this.keeping.db();
    const [file, bytes] = [await db.get('file_states', hash), await this.keeping.file(hash)];
    if (file?.state !== 'waiting') return null;
    if (!bytes) return { code: 'file.gone', text: '照片已不在本机' };
    try {
      await doors.postPhoto(uuid, file, bytes, taken_at);
    } catch (cause) {
      if (cause instanceof Refused) return cause.trouble;
      throw cause;
    }
    await write(db, ['file_states'], (tx) => tx.objectStore('file_states').put({ ...file, state: 'stored', done_at: Date.now(), trouble: null }));
    await this.keeping.copies.drop([], [hash]);
    return null;
  }

  private async endLoad(row: StateRow, verdict: 'stored' | 'refused', trouble: Trouble | null): Promise<void> {
    const receipt: Receipt = { uuid: row.uuid, verdict, sha256: row.sha256, received_at: new Date().toISOString(), reason: trouble && { ...trouble, waits_for: [] } };
    await write(await this.keeping.db(), ['states', 'receipts'], async (tx) => {
      await tx.objectStore('receipts').put({ uuid: row.uuid, receipt, got_at: Date.now() });
      await tx.objectStore('states').put({ ...row, state: verdict, done_at: verdict === 'stored' ? Date.now() : null, trouble: null });
    });
    if (verdict === 'stored') await this.keeping.copies.drop([row.uuid]);
  }

  // --- files

  private async sendFiles(hashes: string[]): Promise<void> {
    const db = await this.keeping.db();
    const rows = (await Promise.all(hashes.map((hash) => db.get('file_states', hash)))).filter(
      (row): row is FileStateRow => row?.state === 'waiting' && !this.aside.has(row.sha256),
    );
    for (let from = 0; from < rows.length; from += ASKED_AT_ONCE) {
      const some = rows.slice(from, from + ASKED_AT_ONCE);
      const answer = await doors.askAgain([], some.map((row) => row.sha256));
      const known = new Map(answer.files.map((state) => [state.sha256, state]));
      for (const row of some) await this.sendFile(row, known.get(row.sha256));
    }
  }

  private async sendFile(row: FileStateRow, known: FileState | undefined): Promise<void> {
    if (known && (await this.arrived(row, known))) return;
    const blob = await this.keeping.file(row.sha256);
    const trouble = blob ? await this.pieces(row, blob, known?.offset ?? 0) : { code: 'file.gone', text: '照片已不在本机' };
    if (trouble) await this.setAside(row.sha256, trouble);
  }

  /** Whether the server has the whole file; noted when it has. */
  private async arrived(row: FileStateRow, state: FileState): Promise<boolean> {
    if (state.stored !== true || state.sha256 !== row.sha256 || state.size_bytes !== row.size_bytes) return false;
    await write(await this.keeping.db(), ['file_states'], (tx) =>
      tx.objectStore('file_states').put({ ...row, state: 'stored', done_at: Date.now(), trouble: null }));
    await this.keeping.copies.drop([], [row.sha256]);
    await this.keeping.changed();
    return true;
  }

  /** Sends from `offset` on, wherever the server says that is. What stands in the way of this file only is returned. */
  private async pieces(row: FileStateRow, blob: Blob, offset: number): Promise<Trouble | null> {
    let anew = 0;
    let stuck = 0;
    for (;;) {
      const piece = await blob.slice(offset, offset + this.budget.bytes).arrayBuffer().catch(() => null);
      if (!piece) return { code: 'file.unreadable', text: '照片在本机读不出来' };
      const state = await this.piece(row, offset, piece);
      if ('code' in state) {
        if (state.code === 'field.hash_differs') {
          if ((await sha256(await blob.arrayBuffer())) !== row.sha256) return { code: 'file.damaged', text: '照片在本机已损坏' };
          if (++anew > 2) return state;
          offset = 0;
        } else if (state.code !== 'less') return state;
        continue;
      }
      if (await this.arrived(row, state)) return null;
      if (!(state.offset > offset) && ++stuck > 5) return { code: 'file.stuck', text: '服务器没有收下照片' };
      offset = Math.max(0, Math.min(state.offset, row.size_bytes));
    }
  }

  private async piece(row: FileStateRow, offset: number, piece: ArrayBuffer): Promise<FileState | Trouble> {
    const began = performance.now();
    try {
      const state = await doors.putPiece(row, offset, piece);
      this.budget.worked(performance.now() - began);
      return state;
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause;
      if (cause.status === 409) return doors.isState(cause.body) ? cause.body : doors.fileState(row.sha256, row.size_bytes);
      if (cause.status === 413 && this.budget.bytes > LEAST_BYTES) {
        this.budget.less();
        return { code: 'less', text: '' };
      }
      return cause.trouble;
    }
  }

  // --- records

  /** A batch that the server will not take is halved until the one record is found that it will not take; the others go. */
  private async sendRecords(batch: StateRow[]): Promise<void> {
    const began = performance.now();
    try {
      const answer = await doors.inbox(await this.batch(batch));
      this.budget.worked(performance.now() - began);
      await this.receive(answer, batch);
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause;
      if (batch.length === 1) return this.setAside(batch[0]!.uuid, cause.trouble, cause.status);
      const half = Math.ceil(batch.length / 2);
      await this.sendRecords(batch.slice(0, half));
      await this.sendRecords(batch.slice(half));
    }
  }

  private async batch(rows: StateRow[]): Promise<Batch> {
    const db = await this.keeping.db();
    const records: Sent[] = [];
    for (const { uuid } of rows) {
      const row = await db.get('records', uuid);
      if (row) records.push({ uuid, text: row.text, sha256: row.sha256 });
    }
    const { id, keys } = await device();
    const { records: held_records, files, bytes } = await this.keeping.counts();
    const lost = await this.keeping.missing();
    return {
      device: {
        id, name: deviceName(), app: APP, public_key: await crypto.subtle.exportKey('jwk', keys.publicKey),
        storage: await this.keeping.storage(), holds: { records: held_records, files, bytes, lost_records: lost?.records ?? 0, lost_files: lost?.files ?? 0 },
      },
      person: this.keeping.person.id, sent_at: Date.now(), records,
    };
  }

  /** Keeps the receipts. A record that the answer does not name, or names with another hash, stays waiting. */
  private async receive(answer: { verdicts: Receipt[] }, batch: StateRow[]): Promise<void> {
    const receipts = new Map(answer.verdicts.filter((one) => WORDS.includes(one?.verdict)).map((one) => [one.uuid, one]));
    const delivered: string[] = [];
    const missed: string[] = [];
    await write(await this.keeping.db(), ['states', 'receipts', 'files', 'file_states'], async (tx) => {
      for (const row of batch) {
        const receipt = receipts.get(row.uuid);
        if (receipt?.sha256 !== row.sha256) {
          this.aside.add(row.uuid);
          continue;
        }
        const state = receipt.verdict === 'duplicate' ? 'stored' : receipt.verdict;
        if (state === 'stored') delivered.push(row.uuid);
        await tx.objectStore('receipts').put({ uuid: row.uuid, receipt, got_at: Date.now() });
        await tx.objectStore('states').put({ ...row, state, done_at: state === 'stored' ? Date.now() : null, trouble: null });
        for (const hash of state === 'held' ? (receipt.reason?.waits_for ?? []) : []) {
          // The server misses a file that we thought it has: it goes again.
          const file = await tx.objectStore('file_states').get(hash);
          if (file?.state === 'stored' && (await tx.objectStore('files').getKey(hash))) {
            await tx.objectStore('file_states').put({ ...file, state: 'waiting', done_at: null });
            missed.push(hash);
          }
        }
      }
    });
    await this.keeping.copies.drop(delivered);
    for (const hash of missed) await this.keeping.copies.file(hash, (await this.keeping.file(hash))!);
  }

  /** What became of the records the server holds or refused. One that it no longer knows is sent again. */
  private async askAboutHeld(): Promise<void> {
    const db = await this.keeping.db();
    const of = (state: string): IDBKeyRange => IDBKeyRange.bound([state, -Infinity], [state, Infinity]);
    const rows = [...(await db.getAllFromIndex('states', 'place', of('held'))), ...(await db.getAllFromIndex('states', 'place', of('refused')))].filter(({ kind }) => kind !== 'manifest');
    for (let from = 0; from < rows.length; from += ASKED_AT_ONCE) {
      const some = rows.slice(from, from + ASKED_AT_ONCE);
      const answer = await doors.askAgain(some.map((row) => row.uuid), []);
      const named = new Set(answer.verdicts.map((one) => one.uuid));
      await this.receive(answer, some.filter((row) => named.has(row.uuid)));
      const unknown = some.filter((row) => !named.has(row.uuid));
      await write(db, ['states'], async (tx) => {
        for (const row of unknown) await tx.objectStore('states').put({ ...row, state: 'waiting', done_at: null });
      });
      if (unknown.length) this.wanted = true;
    }
  }

  /** An empty batch: the server hears what this phone still holds. */
  private async beat(): Promise<void> {
    try {
      await doors.inbox(await this.batch([]));
      this.beaten = performance.now();
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause;
      if (cause.status >= 500) throw new Ended('server');  // it cannot even digest nothing
    }
  }

  /** Left out of this push, with what was said; it stays waiting. Two surprises of the server end the push: it is ill, not the record. */
  private async setAside(key: string, trouble: Trouble, status = 0): Promise<void> {
    const surprises = status >= 500 && this.aside.has('surprise');
    if (status >= 500) this.aside.add('surprise');
    this.aside.add(key);
    await write(await this.keeping.db(), ['states', 'file_states'], async (tx) => {
      const record = await tx.objectStore('states').get(key);
      if (record) await tx.objectStore('states').put({ ...record, trouble });
      const file = await tx.objectStore('file_states').get(key);
      if (file) await tx.objectStore('file_states').put({ ...file, trouble });
    });
    if (surprises) throw new Ended('server');
  }
}

/** What the browser tells of the phone: `Linux; Android 14; K`. */
const deviceName = (): string => (/\(([^)]*)\)/.exec(navigator.userAgent)?.[1] ?? 'browser').slice(0, 100);

/** Chromium may then send with no page open; elsewhere this is nothing. */
async function askForSync(): Promise<void> {
  try {
    const registration = (await navigator.serviceWorker.getRegistration()) as { sync?: { register(tag: string): Promise<void> } } | undefined;
    await registration?.sync?.register('field-queue');
  } catch {
    // not here, or not allowed: the other occasions remain
  }
}

