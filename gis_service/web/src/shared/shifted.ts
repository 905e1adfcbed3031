/** A projection of shifted maps, so that OpenLayers warps the picture of a base in GCJ-02 onto the true map. Data are never moved. */
import { addCoordinateTransforms, addProjection, fromLonLat, get as projection, Projection, toLonLat } from 'ol/proj';

import { fromGcj02, toGcj02 } from './shift';

/** Web Mercator of shifted degrees. OpenLayers warps the tiles of a source in it onto the true map, triangle by triangle. */
export const GCJ02 = 'GCJ02:3857';
/** Shifted degrees themselves, for tiles that are cut in degrees. */
export const GCJ02_DEGREES = 'GCJ02:4326';

export function knowShifted(): void {
  if (projection(GCJ02)) return;
  const mercator = projection('EPSG:3857')!;
  addProjection(new Projection({ code: GCJ02, units: 'm', extent: mercator.getExtent(), worldExtent: mercator.getWorldExtent() }));
  const degrees = projection('EPSG:4326')!;
  addProjection(new Projection({ code: GCJ02_DEGREES, units: 'degrees', extent: degrees.getExtent(), worldExtent: degrees.getWorldExtent() }));
  const moved = (move: (place: [number, number]) => [number, number]) => (place: number[]): number[] => fromLonLat(move(toLonLat(place) as [number, number]));
  addCoordinateTransforms(GCJ02, 'EPSG:3857', moved(fromGcj02), moved(toGcj02));
  addCoordinateTransforms(GCJ02_DEGREES, 'EPSG:3857', (place) => fromLonLat(fromGcj02(place as [number, number])), (place) => toGcj02(toLonLat(place) as [number, number]));
}
