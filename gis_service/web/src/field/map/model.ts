/** What the field map is given and what it tells. Geometries are GeoJSON in degrees (the pack's CGCS2000, taken as WGS 84 on a map). */
import type { Feature, Geometry } from '../../shared/geojson';
import type { GridId } from '../../shared/grids';
import type { BBox } from '../../shared/types';

/** The part of the pack that is drawn. */
export interface MapPack {
  parcels: Collection<ParcelFacts>;
  facilities: Collection<FacilityFacts>;
  ground: Collection<{ kind?: string; name?: string | null }>;
  areas: readonly { id: number; code: string; name: string; bbox: BBox | null }[];
}

export interface Collection<P> { type: 'FeatureCollection'; features: readonly (Omit<Feature, 'properties'> & { properties: P })[] }
export interface ParcelFacts { id: number; parcel_no: string; parcel_name?: string | null; area_id?: number | null; fence_status?: string | null; [more: string]: unknown }
export interface FacilityFacts { noun: 'fences' | 'signs' | 'cameras'; id: number; parcel_id?: number | null; condition?: string | null; [more: string]: unknown }

/** A parcel of today's task: its order number, and whether it was visited. */
export interface Stop { id: number; seq: number; done?: boolean }

/** Drawing of a place for an observation; `look`: nothing is drawn. */
export type Mode = 'look' | 'point' | 'line' | 'polygon';

/** A drawn place. `moved_by_hand` is true for every place that a finger and not a satellite gave. */
export interface Drawn { geometry: Geometry; moved_by_hand: boolean }

export type Theme = 'day' | 'dark' | 'sun';

/** A base under the map: a package on this phone, or layers that come through the server while there is a network. */
export type Base =
  | { kind: 'package'; code: string; name: string; tiles: 'raster' | 'vector'; gcj02: boolean; file: File }
  | { kind: 'online'; code: string; name: string; layers: string[]; gcj02: boolean; grid?: GridId | undefined };
