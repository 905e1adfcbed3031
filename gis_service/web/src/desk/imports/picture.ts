/** A small map of one row: from degrees to a flat picture of so many pixels. Pure: numbers in, path texts out. */
import type { Geometry, Position } from '../../shared/geojson';

export interface Frame {
  width: number;
  height: number;
  /** Degrees at the left upper corner, and pixels to a degree each way. */
  west: number;
  north: number;
  perLon: number;
  perLat: number;
}

const METRES_PER_DEGREE = 111_320;
const LEAST_DEGREES = 1e-4;

export function positionsOf(geometry: Geometry | null | undefined): Position[] {
  if (!geometry) return [];
  if (geometry.type === 'GeometryCollection') return geometry.geometries.flatMap(positionsOf);
  const flat = (part: unknown): Position[] =>
    Array.isArray(part) && typeof part[0] === 'number' ? [part as Position] : (part as unknown[]).flatMap(flat);
  return flat(geometry.coordinates);
}

/** The frame around some places with a margin on every side, as wide as the picture allows. */
export function frameAround(places: Position[], width: number, height: number, margin = 0.25): Frame | null {
  if (!places.length) return null;
  const lons = places.map(([lon]) => lon!);
  const lats = places.map(([, lat]) => lat!);
  const [west, east, south, north] = [least(lons), most(lons), least(lats), most(lats)];
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const wide = Math.max((east - west) * narrow, LEAST_DEGREES) * (1 + 2 * margin);
  const high = Math.max(north - south, LEAST_DEGREES) * (1 + 2 * margin);
  const scale = Math.min(width / wide, height / high);
  const [lon, lat] = [(west + east) / 2, (south + north) / 2];
  return { width, height, perLon: scale * narrow, perLat: scale, west: lon - width / 2 / (scale * narrow), north: lat + height / 2 / scale };
}

const least = (values: number[]): number => values.reduce((a, b) => Math.min(a, b));
const most = (values: number[]): number => values.reduce((a, b) => Math.max(a, b));

export const at = (frame: Frame, [lon, lat]: Position): [number, number] =>
  [round((lon! - frame.west) * frame.perLon), round((frame.north - lat!) * frame.perLat)];

const round = (value: number): number => Math.round(value * 10) / 10;

/** The `d` of an SVG path; rings of areas are closed, lines stay open. */
export function pathOf(frame: Frame, geometry: Geometry | null | undefined): string {
  if (!geometry) return '';
  const line = (positions: Position[], end = ''): string =>
    positions.map((place, n) => `${n ? 'L' : 'M'}${at(frame, place).join(' ')}`).join('') + end;
  switch (geometry.type) {
    case 'Polygon': return geometry.coordinates.map((ring) => line(ring, 'Z')).join('');
    case 'MultiPolygon': return geometry.coordinates.flat().map((ring) => line(ring, 'Z')).join('');
    case 'LineString': return line(geometry.coordinates);
    case 'MultiLineString': return geometry.coordinates.map((part) => line(part)).join('');
    case 'GeometryCollection': return geometry.geometries.map((part) => pathOf(frame, part)).join('');
    default: return '';
  }
}

/** A round length in metres that takes about a quarter of the picture, and how many pixels it is. */
export function scaleBar(frame: Frame): { metres: number; pixels: number } {
  const perMetre = frame.perLat / METRES_PER_DEGREE;
  const wanted = frame.width / 4 / perMetre;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const metres = [5, 2, 1].map((step) => step * power).find((length) => length <= wanted) ?? power;
  return { metres, pixels: Math.round(metres * perMetre) };
}
