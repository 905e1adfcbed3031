/** Lines for sections: places in metres as the server takes them, and what is written by hand. Pure. */
import { toPlane } from '../../../shared/crs';
import type { LonLat } from '../types';

export const CORRIDORS_M = [10, 20, 30, 50, 100];
export const USUAL_CORRIDOR_M = 30;

/** `E,N;E,N…` in metres of the plane `srid`, to the centimetre. */
export const lineText = (places: LonLat[], srid: number): string =>
  places.map((place) => toPlane(place, srid)).map(({ easting, northing }) => `${easting.toFixed(2)},${northing.toFixed(2)}`).join(';');

/** Length along the line in metres of the plane. */
export function lengthOf(places: LonLat[], srid: number): number {
  const plane = places.map((place) => toPlane(place, srid));
  return plane.slice(1).reduce((sum, at, n) => sum + Math.hypot(at.easting - plane[n]!.easting, at.northing - plane[n]!.northing), 0);
}

/** The line through some holes, lengthened at both ends so that the outermost ones stand inside the drawing. */
export function through(places: LonLat[], beyond = 0.06): LonLat[] {
  const [first, last] = [places[0], places[places.length - 1]];
  if (!first || !last || places.length < 2) return places;
  const [second, before] = [places[1]!, places[places.length - 2]!];
  const further = (from: LonLat, to: LonLat): LonLat => [to[0] + (to[0] - from[0]) * beyond, to[1] + (to[1] - from[1]) * beyond];
  return [further(second, first), ...places.slice(1, -1), further(before, last)];
}
