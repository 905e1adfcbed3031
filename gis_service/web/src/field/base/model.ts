/** Packages of tiles as the server offers them and as they lie on this phone. */
import type { GridId } from '../../shared/grids';
import type { BBox } from '../../shared/types';

export interface Package {
  code: string; name: string; area: string | null; kind: 'raster' | 'vector'; gcj02: boolean;
  min_zoom: number; max_zoom: number; box: BBox; made_on: string; size_bytes: number; sha256: string;
}

/** What 天地图 the server passes on (no layers: none), and what must be written on the map. */
export interface Tianditu { layers: string[]; note: string; grid?: GridId }

/** Where packages lie in the private file system of this site. */
export const FOLDER = 'basemaps';
export const fileOf = (sha256: string): string => `${sha256}.pmtiles`;
/** A download under way, or one that was broken off. Never listed as a package. */
export const partOf = (sha256: string): string => `${sha256}.pmtiles.part`;
/** What the package is; written before the file gets its name, so that a file without it is a leftover. */
export const noteOf = (sha256: string): string => `${sha256}.json`;
export const addressOf = (sha256: string): string => `/api/v1/field/basemaps/${sha256}`;
