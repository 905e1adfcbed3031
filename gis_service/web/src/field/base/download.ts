/** A package comes onto the phone: piece by piece into a `.part`, checked, and only then under its name.
 *
 * A download that breaks off (no signal, page killed) goes on where it stopped. What does not have the hash that the server told is thrown
 * away. When the phone is full the part is given back at once: records need the room more than a map does.
 */
import { addressOf, type Package } from './model';
import { Sha256 } from './sha256';

/** One file being written. `write` and `flush` throw `QuotaExceededError` when there is no room. */
export interface Part {
  size(): number;
  write(piece: Uint8Array, at: number): void;
  read(into: Uint8Array, at: number): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

export interface Disk {
  /** Opens the part of a package, as it was left. */
  part(sha256: string): Promise<Part>;
  /** The closed part gets its name. */
  finish(of: Package): Promise<void>;
  dropPart(sha256: string): Promise<void>;
}

export type Fault = 'network' | 'server' | 'gone' | 'signin' | 'differs' | 'full';

export class DownloadFailed extends Error {
  constructor(readonly fault: Fault, readonly status = 0) {
    super(`${fault} ${status || ''}`.trim());
  }
}

const FLUSH_BYTES = 2 << 20;
const READ_BYTES = 1 << 20;
const isFull = (cause: unknown): boolean => cause instanceof Error && cause.name === 'QuotaExceededError';

/** Downloads, or goes on with, a package. `heard` is told how many bytes are here. Aborting keeps the part. */
export async function download(of: Package, disk: Disk, options: { fetch?: typeof fetch; signal?: AbortSignal; heard?: (bytes: number) => void } = {}): Promise<void> {
  const part = await disk.part(of.sha256);
  let whole = false;
  try {
    whole = await fill(part, of, options.fetch ?? fetch, options.signal, options.heard ?? (() => undefined));
  } catch (cause) {
    part.close();
    if (!isFull(cause)) throw cause;
    await disk.dropPart(of.sha256);
    throw new DownloadFailed('full');
  }
  part.close();
  if (!whole) {
    await disk.dropPart(of.sha256);
    throw new DownloadFailed('differs');
  }
  await disk.finish(of);
}

/** Whether all of it is here and right. */
async function fill(part: Part, of: Package, get: typeof fetch, signal: AbortSignal | undefined, heard: (bytes: number) => void): Promise<boolean> {
  let have = part.size();
  if (have > of.size_bytes) part.truncate((have = 0));
  heard(have);
  if (have < of.size_bytes) {
    const answer = await ask(of, have, get, signal);
    if (answer.status === 200 && have) part.truncate((have = 0)); // the server began anew
    await pour(answer, part, have, of.size_bytes, heard);
  }
  if (part.size() < of.size_bytes) throw new DownloadFailed('network'); // some proxies end politely in the middle
  return hash(part) === of.sha256;
}

async function ask(of: Package, have: number, get: typeof fetch, signal: AbortSignal | undefined): Promise<Response> {
  const headers: Record<string, string> = have ? { Range: `bytes=${have}-`, 'If-Range': `"${of.sha256}"` } : {};
  const answer = await get(addressOf(of.sha256), { headers, credentials: 'same-origin', cache: 'no-store', ...(signal ? { signal } : {}) }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new DownloadFailed('network');
  });
  if (answer.status === 200 || answer.status === 206) return answer;
  const fault: Fault = answer.status === 401 ? 'signin' : answer.status === 404 ? 'gone' : 'server';
  throw new DownloadFailed(fault, answer.status);
}

async function pour(answer: Response, part: Part, from: number, size: number, heard: (bytes: number) => void): Promise<void> {
  const reader = answer.body!.getReader();
  let [at, flushed] = [from, from];
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new DownloadFailed('network');
      });
      if (done) break;
      if (at + value.length > size) throw new DownloadFailed('differs');
      part.write(value, at);
      at += value.length;
      if (at - flushed >= FLUSH_BYTES) part.flush();
      if (at - flushed >= FLUSH_BYTES) flushed = at;
      heard(at);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
  part.flush();
}

function hash(part: Part): string {
  const digest = new Sha256();
  const piece = new Uint8Array(READ_BYTES);
  for (let at = 0; at < part.size();) {
    const read = part.read(piece, at);
    if (!read) break;
    digest.update(piece.subarray(0, read));
    at += read;
  }
  return digest.hex();
}
