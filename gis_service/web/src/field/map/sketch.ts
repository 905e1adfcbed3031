/** A place being drawn with a finger, corner by corner. Pure: coordinates are degrees. */
import type { Geometry } from '../../shared/geojson';
import type { Mode } from './model';

export type Corner = [lon: number, lat: number];

/** How many corners a shape needs. */
export const LEAST: Record<Exclude<Mode, 'look'>, number> = { point: 1, line: 2, polygon: 3 };

/** Centimetres: more decimals than that say nothing. */
const round = ([lon, lat]: Corner): Corner => [Number(lon.toFixed(7)), Number(lat.toFixed(7))];

export function shape(mode: Mode, corners: readonly Corner[]): Geometry | null {
  if (mode === 'look' || corners.length < LEAST[mode]) return null;
  const all = corners.map(round);
  if (mode === 'point') return { type: 'Point', coordinates: all.at(-1)! };
  if (mode === 'line') return { type: 'LineString', coordinates: all };
  return { type: 'Polygon', coordinates: [[...all, all[0]!]] };
}

/** The corners of what was drawn before, to go on with. */
export function cornersOf(mode: Mode, geometry: Geometry | null | undefined): Corner[] {
  if (!geometry) return [];
  if (mode === 'point' && geometry.type === 'Point') return [geometry.coordinates as Corner];
  if (mode === 'line' && geometry.type === 'LineString') return geometry.coordinates as Corner[];
  if (mode === 'polygon' && geometry.type === 'Polygon') return (geometry.coordinates[0] ?? []).slice(0, -1) as Corner[];
  return [];
}

const side = (a: Corner, b: Corner, c: Corner): number => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));

/** Whether edges of the ring cross: then no one knows what is inside, and the last corner has to go elsewhere. */
export function crosses(corners: readonly Corner[]): boolean {
  const edges = corners.map((corner, at) => [corner, corners[(at + 1) % corners.length]!] as const);
  return edges.some(([a, b], i) => edges.some(([c, d], j) => {
    const neighbours = j <= i + 1 || (i === 0 && j === edges.length - 1);
    return !neighbours && side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
  }));
}
