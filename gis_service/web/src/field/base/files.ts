/** Packages on this phone, as the page sees them: the browser's private file system (OPFS). */
import { fileOf, FOLDER, noteOf, type Package, partOf } from './model';

/** Downloads leave at least this much free: a day of photos. */
export const RESERVE_BYTES = 300_000_000;

export interface Held extends Package { file: File }

export const canKeep = (): boolean => isSecureContext && typeof navigator.storage?.getDirectory === 'function';

const folder = async (): Promise<FileSystemDirectoryHandle> => (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });

type Listing = FileSystemDirectoryHandle & { entries(): AsyncIterable<[string, FileSystemHandle]> };

/** Whole packages, and how many bytes of unfinished ones are here by hash. */
export async function held(): Promise<{ packages: Held[]; parts: Map<string, number> }> {
  const packages: Held[] = [];
  const parts = new Map<string, number>();
  const here = (await folder()) as Listing;
  for await (const [name, entry] of here.entries()) {
    if (entry.kind !== 'file') continue;
    const file = await (entry as FileSystemFileHandle).getFile();
    const sha256 = name.slice(0, 64);
    if (name === partOf(sha256)) parts.set(sha256, file.size);
    if (name !== fileOf(sha256)) continue;
    const of = await note(here, sha256);
    if (of && of.size_bytes === file.size) packages.push({ ...of, file });
  }
  return { packages, parts };
}

async function note(here: FileSystemDirectoryHandle, sha256: string): Promise<Package | null> {
  try {
    return JSON.parse(await (await (await here.getFileHandle(noteOf(sha256))).getFile()).text()) as Package;
  } catch {
    return null;
  }
}

/** Takes a package, whole or not, off the phone. */
export async function remove(sha256: string): Promise<void> {
  const here = await folder();
  for (const name of [fileOf(sha256), partOf(sha256), noteOf(sha256)]) await here.removeEntry(name).catch(() => undefined);
}

/** Bytes that this site may still write; null where the browser does not say. */
export async function room(): Promise<number | null> {
  const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
  return quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
}
