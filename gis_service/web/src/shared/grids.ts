/** Grids of tiles in degrees: OpenLayers draws such tiles anew on the Web Mercator map. Data are never moved.
 *
 * The grids are those of `gis_service/geo/tilegrids.py`. CGCS2000 degrees are taken as WGS 84, as everywhere on the map.
 */
import type { ProjectionLike } from 'ol/proj';
import TileGrid from 'ol/tilegrid/TileGrid';

import { GCJ02, GCJ02_DEGREES, knowShifted } from './shifted';

export type GridId = 'WebMercatorQuad' | 'CGCS2000Quad' | 'WorldCRS84Quad';

const PIXELS = 256;
/** The deepest level that any of them has. */
const LAST = 20;
/** Level 0 is so many zooms of the Web Mercator tree ahead: the whole world is 2 ** ahead tiles wide. */
const AHEAD: Partial<Record<GridId, number>> = { CGCS2000Quad: 0, WorldCRS84Quad: 1 };

/** Degrees of a pixel, by level. */
export const resolutions = (ahead: number): number[] => Array.from({ length: LAST + 1 }, (_, level) => 360 / PIXELS / 2 ** (level + ahead));

export interface Cut { projection: ProjectionLike; tileGrid?: TileGrid; minZoom?: number; maxZoom?: number }

/** What a source of tiles must know of how it is cut, and whether its places are shifted. */
export function cutOf({ grid, gcj02, min, max }: { grid: GridId | undefined; gcj02: boolean; min: number; max: number }): Cut {
  if (gcj02) knowShifted();
  const ahead = AHEAD[grid ?? 'WebMercatorQuad'];
  if (ahead === undefined) return { projection: gcj02 ? GCJ02 : 'EPSG:3857', minZoom: min, maxZoom: max };
  const tileGrid = new TileGrid({ extent: [-180, -90, 180, 90], origin: [-180, 90], tileSize: PIXELS, minZoom: min, resolutions: resolutions(ahead).slice(0, max + 1) });
  return { projection: gcj02 ? GCJ02_DEGREES : 'EPSG:4326', tileGrid };
}
