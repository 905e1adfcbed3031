/**
 * A second copy of everything unsent, in the Cache API. A browser that is killed while it writes may find its IndexedDB damaged at a later
 * start, and then it throws the whole database away (Chromium does; seen in about one of some hundred kills on a busy machine). The cache
 * is kept in files of its own, one for each entry, and is not touched by that.
 *
 * A copy is made before “saved” is said, and goes when the server has given its receipt. Where there is no Cache API nothing is copied.
 */
const RECORDS = '/field/copies/records/';
const FILES = '/field/copies/files/';

/** What a lost database left behind: the texts of records, and files by their hash. */
export interface Found { texts: string[]; files: Map<string, Blob> }

export class Copies {
  private opening: Promise<Cache | null>;

  constructor(person: number) {
    this.opening = 'caches' in globalThis ? caches.open(`unsent-${person}`).catch(() => null) : Promise.resolve(null);
  }

  record = (uuid: string, text: string): Promise<void> => this.put(RECORDS + uuid, new Response(text));
  file = (sha256: string, bytes: Blob): Promise<void> => this.put(FILES + sha256, new Response(bytes));

  async drop(records: readonly string[], files: readonly string[] = []): Promise<void> {
    const cache = await this.opening;
    const paths = [...records.map((uuid) => RECORDS + uuid), ...files.map((sha256) => FILES + sha256)];
    await Promise.all(paths.map((path) => cache?.delete(path).catch(() => false)));
  }

  async found(): Promise<Found> {
    const cache = await this.opening;
    const found: Found = { texts: [], files: new Map() };
    for (const request of (await cache?.keys()) ?? []) {
      const kept = await cache!.match(request);
      const path = new URL(request.url).pathname;
      if (!kept) continue;
      if (path.startsWith(RECORDS)) found.texts.push(await kept.text());
      else if (path.startsWith(FILES)) found.files.set(path.slice(FILES.length), await kept.blob());
    }
    return found;
  }

  /** Drops every copy but these. */
  async only(records: ReadonlySet<string>, files: ReadonlySet<string>): Promise<void> {
    const cache = await this.opening;
    const paths = ((await cache?.keys()) ?? []).map(({ url }) => new URL(url).pathname);
    const over = (start: string, wanted: ReadonlySet<string>): string[] =>
      paths.filter((path) => path.startsWith(start)).map((path) => path.slice(start.length)).filter((key) => !wanted.has(key));
    await this.drop(over(RECORDS, records), over(FILES, files));
  }

  /** A disk that is too full for the copy is no reason to refuse the record. */
  private async put(path: string, kept: Response): Promise<void> {
    await (await this.opening)?.put(path, kept).catch(() => undefined);
  }
}
