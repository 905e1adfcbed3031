/** Boundary points as they came, and the same place in degrees. Pure. */
import { degreeText, toDegrees } from '../../shared/crs';
import type { BoundaryPoint } from '../../shared/types';

const GEOGRAPHIC = [4490, 4326];

/** Degrees of a boundary point, or null when its system is not one this page can turn into degrees. */
export function pointDegrees(point: BoundaryPoint): [number, number] | null {
  const [east, north] = [Number(point.easting_text), Number(point.northing_text)];
  if (Number.isNaN(east) || Number.isNaN(north)) return null;
  if (GEOGRAPHIC.includes(point.source_crs)) return [east, north];
  if (point.source_crs < 4513 || point.source_crs > 4554) return null;
  return toDegrees({ easting: east, northing: north }, point.source_crs);
}

/** What the copy button of a point takes: as it came, or in degrees. */
export function pointText(point: BoundaryPoint, mode: 'plane' | 'degrees'): string {
  const degrees = mode === 'degrees' ? pointDegrees(point) : null;
  return degrees ? degreeText(degrees) : `X ${point.northing_text}  Y ${point.easting_text}`;
}

/** Distance from one point to the next on the same plane, in metres; null across systems or in degrees. */
export function edgeLength(from: BoundaryPoint, to: BoundaryPoint): number | null {
  if (from.source_crs !== to.source_crs || GEOGRAPHIC.includes(from.source_crs)) return null;
  const length = Math.hypot(Number(to.northing_text) - Number(from.northing_text), Number(to.easting_text) - Number(from.easting_text));
  return Number.isFinite(length) ? length : null;
}

export interface Ring {
  name: string;
  part: number;
  ring: number;
  points: BoundaryPoint[];
}

/** Points gathered ring by ring, in their order. */
export function rings(points: BoundaryPoint[]): Ring[] {
  const found = new Map<string, Ring>();
  for (const point of points) {
    const name = `${point.part_no}.${point.ring_no}`;
    if (!found.has(name)) found.set(name, { name, part: point.part_no, ring: point.ring_no, points: [] });
    found.get(name)!.points.push(point);
  }
  return [...found.values()];
}
