/** What the screens may ask of the queue. The queue keeps everything; screens never touch IndexedDB themselves. */
import type { Bodies, Load, RecordKind, Receipt } from './wire';

/** A file as it is kept: its bytes are durable before `keepFile` resolves. */
export interface KeptFile { sha256: string; size_bytes: number; media_type: string }

export type RecordState = 'waiting' | 'sending' | 'stored' | 'held' | 'refused';

/** A record as a list shows it. */
export interface Kept {
  uuid: string; kind: RecordKind; made_at: number; patrol: string | null; state: RecordState; sha256: string;
  files: string[]; files_sent: number; receipt: Receipt | null;
  /** As saved; for a track without its fixes, which would be megabytes in a list. */
  body: Bodies[RecordKind];
  /** Why the last try to send it failed although the others went; it stays waiting. */
  trouble: Trouble | null;
}

/** A load at the gate as a list shows it. `refused`: the server will not have it as it is; a person puts it right or lets it go. */
export interface KeptLoad {
  uuid: string; made_at: number; state: RecordState; files: string[]; body: Load; trouble: Trouble | null;
}

/** A sentence of the server (or of this page) on one record or file, with its code. */
export interface Trouble { code: string; text: string }

export interface Person { id: number; name: string }

export interface SaveOptions {
  /** A uuid given in advance (`uuid7`), when other records must name this one before it is saved. */
  uuid?: string;
  patrol?: string | null;
  /** Hashes of kept files; those in `body.photos` are found without being said here. */
  files?: string[];
  /** Drafts that change in the same moment: a value replaces one, `undefined` drops it. So what was saved never comes back as a draft. */
  drafts?: Record<string, unknown>;
  /** A refused load that this one is instead of: it goes in the same moment. */
  instead?: string;
}

/** The words that must always be visible. `waiting` counts records and files without a receipt. */
export interface Counts { records: number; files: number; bytes: number; held: number; refused: number; oldest_at: number | null }

export interface Queue {
  /** Who was here last and did not sign out; opens the app without network. */
  remembered(): Promise<Person | null>;
  /** Opens the queue of this person (each person of a shared phone has their own); resolves when it can be written. */
  open(person: { id: number; name: string }): Promise<void>;
  /** Keeps a file; resolves only when its bytes are on the disk. Throws `QuotaFull` and keeps nothing when there is no room. */
  keepFile(bytes: Blob, media_type: string): Promise<KeptFile>;
  /** Saves a record; resolves with its uuid only when it is on the disk (durability strict). Screens say 已保存 after that, not before. */
  save<K extends RecordKind>(kind: K, body: Bodies[K], options?: SaveOptions): Promise<string>;
  /** A draft of a screen, written at every change, so that a killed app comes back to the same words. */
  draft(key: string): Promise<unknown>;
  keepDraft(key: string, value: unknown): Promise<void>;
  dropDraft(key: string): Promise<void>;
  /** What is in the queue or was acknowledged in the last days, newest first. */
  list(): Promise<Kept[]>;
  /** Loads at the gate, those of the last days too, newest first. */
  loads(): Promise<KeptLoad[]>;
  /** Lets a refused load go, or tries it again as it is. */
  dropLoad(uuid: string): Promise<void>;
  retryLoad(uuid: string): Promise<void>;
  file(sha256: string): Promise<Blob | null>;
  counts(): Promise<Counts>;
  /** Called after every change of what `counts` and `list` say. Returns how to stop. */
  onChange(heard: () => void): () => void;
  /** Try to send now; resolves when nothing more can be done for the moment. */
  push(): Promise<PushEnd>;
  /** One signed bundle of everything unsent, to be shared or saved to a file. */
  rescue(): Promise<File>;
  /** What the server gave for the field, kept for offline use; null before the first time. */
  pack<T>(): Promise<T | null>;
  keepPack<T>(value: T): Promise<void>;
  /** What this phone had unsent when its storage was lost (the browser cleared it), until it is forgotten; null when nothing is missing. */
  missing(): Promise<Missing | null>;
  /** The person has read it. */
  forgetMissing(): void;
  /** Before signing out: what would stay on this phone. Ask when it is not nothing. */
  leave(): Promise<Counts>;
  /** Signing out: closes the queue and forgets who was here. Its rows stay, and wait for the same person. */
  close(): Promise<void>;
  storage(): Promise<{ persisted: boolean | null; quota: number | null; usage: number | null }>;
}

/** What was unsent when the storage was cleared. */
export interface Missing { records: number; files: number }

/** Why a push ended. `signin`: the session is over, nothing is lost, ask for the password. `denied`: this account
 * may not send (any more); offer the rescue file. `busy`: another tab is sending. `storage`: the server's disk is full. */
export type PushEnd = 'empty' | 'offline' | 'signin' | 'denied' | 'server' | 'busy' | 'storage';

export class QuotaFull extends Error {}

/** A photo named by a record is not in this queue; nothing was saved. */
export class FileMissing extends Error {}

/** Not HTTPS: the browser gives no hashes, no position, no offline start. */
export class NotSecure extends Error {}
