/** Where the person was at a moment, and where nobody knows. Pure. */
import type { Fix, Gap, LonLat, Track } from './types';

export interface Moment {
  /** Where, while there is a track; null in a gap. */
  at: LonLat | null;
  accuracy_m: number | null;
  gap: Gap | null;
}

/** The place between two fixes of one piece; in a gap there is none, and nothing is made up. */
export function momentOf(track: Track, ms: number): Moment {
  for (const piece of track.pieces) {
    const [first, last] = [piece[0]!, piece[piece.length - 1]!];
    if (ms < first[2] || ms > last[2]) continue;
    const k = after(piece, ms);
    const b = piece[k]!;
    const a = piece[Math.max(k - 1, 0)]!;
    const part = b[2] > a[2] ? (ms - a[2]) / (b[2] - a[2]) : 0;
    return { at: [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part], accuracy_m: Math.max(a[3], b[3]), gap: null };
  }
  return { at: null, accuracy_m: null, gap: track.gaps.find(({ from, to }) => Date.parse(from) <= ms && ms <= Date.parse(to)) ?? null };
}

/** The first fix that is not before a moment. */
function after(piece: Fix[], ms: number): number {
  let [low, high] = [0, piece.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (piece[middle]![2] < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What was walked until a moment: whole pieces, and the part of the present one. */
export function walkedUntil(track: Track, ms: number): LonLat[][] {
  const now = momentOf(track, ms).at;
  return track.pieces
    .filter((piece) => piece[0]![2] <= ms)
    .map((piece) => {
      const gone: LonLat[] = piece.filter((fix) => fix[2] <= ms).map(([lon, lat]) => [lon, lat]);
      return now && ms < piece[piece.length - 1]![2] ? [...gone, now] : gone;
    });
}

/** Ends of two successive pieces: the holes of the track. */
export function holes(track: Track): [LonLat, LonLat][] {
  return track.pieces.slice(1).map((piece, n) => {
    const last = track.pieces[n]![track.pieces[n]!.length - 1]!;
    return [[last[0], last[1]], [piece[0]![0], piece[0]![1]]];
  });
}

/** From when to when: the walk and all its fixes. */
export function spanOf(track: Track, started: string, ended: string | null): [number, number] {
  const times = track.pieces.flatMap((piece) => [piece[0]![2], piece[piece.length - 1]![2]]);
  const ends = [...times, Date.parse(started), ...(ended ? [Date.parse(ended)] : [])];
  return [Math.min(...ends), Math.max(...ends)];
}
