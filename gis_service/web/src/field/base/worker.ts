/** Downloads beside the page: only a worker may write a private file in place. One message starts one download, `stop` ends it. */
import { type Disk, download, DownloadFailed, type Part } from './download';
import { fileOf, FOLDER, noteOf, type Package, partOf } from './model';

export type Told = { bytes: number } | { done: true } | { failed: string };

/** The lib of TypeScript for pages does not know what only workers have. */
interface SyncHandle {
  getSize(): number;
  write(piece: Uint8Array, options: { at: number }): number;
  read(into: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
type InWorker = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncHandle>; move(name: string): Promise<void> };

const folder = async (): Promise<FileSystemDirectoryHandle> => (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
const handle = async (name: string): Promise<InWorker> => (await (await folder()).getFileHandle(name, { create: true })) as InWorker;

const disk: Disk = {
  async part(sha256) {
    const open = await (await handle(partOf(sha256))).createSyncAccessHandle();
    const part: Part = {
      size: () => open.getSize(),
      write(piece, at) {
        for (let done = 0; done < piece.length;) {
          const written = open.write(piece.subarray(done), { at: at + done });
          if (written <= 0 || open.getSize() < at + done + written) throw new DOMException('no room', 'QuotaExceededError');
          done += written;
        }
      },
      read: (into, at) => open.read(into, { at }),
      truncate: (size) => open.truncate(size),
      flush: () => open.flush(),
      close: () => open.close(),
    };
    return part;
  },
  async finish(of) {
    const note = await (await handle(noteOf(of.sha256))).createSyncAccessHandle();
    const text = new TextEncoder().encode(JSON.stringify(of));
    note.truncate(0);
    note.write(text, { at: 0 });
    note.flush();
    note.close();
    await (await handle(partOf(of.sha256))).move(fileOf(of.sha256));
  },
  async dropPart(sha256) {
    await (await folder()).removeEntry(partOf(sha256)).catch(() => undefined);
  },
};

const tell = (told: Told): void => postMessage(told);
const stopper = new AbortController();

async function begin(of: Package): Promise<void> {
  let next = 0;
  const heard = (bytes: number): void => {
    if (bytes < next && bytes < of.size_bytes) return;
    next = bytes + of.size_bytes / 200;
    tell({ bytes });
  };
  try {
    // two pages of one phone must not write one file; the second waits for the first
    await navigator.locks.request(`basemap.${of.sha256}`, { signal: stopper.signal }, () => download(of, disk, { signal: stopper.signal, heard }));
    tell({ done: true });
  } catch (cause) {
    tell({ failed: stopper.signal.aborted ? 'stopped' : cause instanceof DownloadFailed ? cause.fault : 'server' });
  }
}

addEventListener('message', ({ data }: MessageEvent<Package | 'stop'>) => {
  if (data === 'stop') stopper.abort();
  else void begin(data);
});
