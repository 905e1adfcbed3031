/** Taking a photo: the untouched original is on the disk first, then its EXIF, its place, its stamped copy. */
import { queue } from '../queue';
import type { Photo } from '../queue/wire';
import { here } from '../screens/walk';
import { stamped, type StampFacts } from './stamp';

export type About = Pick<StampFacts, 'about' | 'parcel' | 'inspector' | 'weather'>;

const OLD_MS = 5 * 60_000;
const LONGEST_TEXT = 200;

/** What of EXIF can be written down: plain values, dates as ISO texts; thumbnails and maker notes are in the original. */
export function plain(told: Record<string, unknown> | undefined): Record<string, unknown> | null {
  const kept = Object.entries(told ?? {}).flatMap(([name, value]): [string, unknown][] => {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? [] : [[name, value.toISOString()]];
    if (typeof value === 'string') return [[name, value.slice(0, LONGEST_TEXT)]];
    if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return [[name, value]];
    if (Array.isArray(value) && value.length <= 8 && value.every((one) => typeof one === 'number' && Number.isFinite(one))) return [[name, value]];
    return [];
  });
  return kept.length ? Object.fromEntries(kept) : null;
}

async function exifOf(file: Blob): Promise<Record<string, unknown> | null> {
  try {
    const { parse } = await import('exifr/dist/lite.esm.mjs');
    return plain(await parse(file));
  } catch {
    return null;  // none, or none that can be read: the original still has it
  }
}

/** The original and, where the browser can decode it, the stamped copy. Throws `QuotaFull` when the original found no room. */
export async function keepPhoto(file: File, from_album: boolean, about: About): Promise<Photo[]> {
  const now = Date.now();
  const media_type = file.type || 'application/octet-stream';
  const wherePromise = from_album ? Promise.resolve(null) : here(3_000);
  const original = await queue.keepFile(file, media_type);
  const [exif, position] = await Promise.all([exifOf(file), wherePromise]);
  // A camera's picture was made this moment; one that is older came from the album, whatever door it came through.
  const album = from_album || (file.lastModified > 0 && now - file.lastModified > OLD_MS);
  const taken_at = album ? file.lastModified || now : now;
  const facts = { taken_at, position: album ? null : position, from_album: album };
  const photo: Photo = { ...original, kind: 'original', exif, ...facts };
  const copy = await stamped(file, { ...about, at: taken_at, position: facts.position, sha256: original.sha256 }).catch(() => null);
  if (!copy) return [photo];
  try {
    return [photo, { ...(await queue.keepFile(copy, 'image/jpeg')), kind: 'stamped', of: original.sha256, ...facts }];
  } catch {
    return [photo];  // no room for the copy: the original is the one that counts
  }
}
