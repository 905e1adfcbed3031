/** How far, and in which direction. Pure; good to a per mille over a few kilometres. */
import type { Geometry } from '../../shared/geojson';
import { t } from '../../shared/i18n';

type XY = [x: number, y: number];
const DEGREE_M = 111_320;

/** Degrees → metres around a place. */
const flat = (lon: number, lat: number) => ([x, y]: number[]): XY =>
  [(x! - lon) * DEGREE_M * Math.cos((lat * Math.PI) / 180), (y! - lat) * DEGREE_M];

/** Every line of a geometry; a point is a line of one. */
function linesOf(geometry: Geometry): number[][][] {
  if (geometry.type === 'GeometryCollection') return (geometry as unknown as { geometries: Geometry[] }).geometries.flatMap(linesOf);
  const told = (geometry as { coordinates: unknown }).coordinates;
  const depth = { Point: 0, MultiPoint: 1, LineString: 1, MultiLineString: 2, Polygon: 2, MultiPolygon: 3 }[geometry.type as string] ?? 0;
  if (depth === 0) return [[told as number[]]];
  if (depth === 1) return [told as number[][]];
  return depth === 2 ? (told as number[][][]) : (told as number[][][][]).flat();
}

/** The foot on a stretch of the point nearest to the origin. */
function foot([ax, ay]: XY, [bx, by]: XY): XY {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length ? Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length)) : 0;
  return [ax + along * dx, ay + along * dy];
}

/** Whether the origin lies within: every ring that goes around it turns the answer, holes included. */
function within(rings: XY[][]): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let at = 0, before = ring.length - 1; at < ring.length; before = at++) {
      const [[ax, ay], [bx, by]] = [ring[at]!, ring[before]!];
      if (ay > 0 !== by > 0 && 0 < ((bx - ax) * -ay) / (by - ay) + ax) inside = !inside;
    }
  }
  return inside;
}

export interface Way { m: number; bearing_deg: number }

/** From a place to the nearest part of a geometry; 0 m inside of it. */
export function wayTo(geometry: Geometry, place: { lon: number; lat: number }): Way | null {
  const lines = linesOf(geometry).map((line) => line.map(flat(place.lon, place.lat)));
  if (geometry.type.endsWith('Polygon') && within(lines)) return { m: 0, bearing_deg: 0 };
  let nearest: XY | null = null;
  for (const line of lines) {
    for (let at = 0; at < line.length; at++) {
      const found = foot(line[at]!, line[at + 1] ?? line[at]!);
      if (!nearest || Math.hypot(...found) < Math.hypot(...nearest)) nearest = found;
    }
  }
  return nearest && { m: Math.hypot(...nearest), bearing_deg: (Math.atan2(nearest[0], nearest[1]) * 180) / Math.PI };
}

const WINDS = ['北', '东北', '东', '东南', '南', '西南', '西', '西北'];

/** `320 m 东北`, or that one stands on it. */
export function wayText(way: Way | null | undefined): string {
  if (!way) return '';
  if (way.m < 1) return t('就在这里');
  const far = way.m < 1000 ? `${Math.round(way.m < 100 ? way.m : way.m / 10) * (way.m < 100 ? 1 : 10)} m` : `${(way.m / 1000).toFixed(1)} km`;
  return `${far} ${t(WINDS[(Math.round(way.bearing_deg / 45) + 8) % 8]!)}`;
}
