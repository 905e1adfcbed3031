/** Shapes of the work list as the API speaks them. */
import type { Geometry } from '../../shared/geojson';
import type { BBox } from '../../shared/types';

export type Level = 'error' | 'warning' | 'info';
export type FaultState = 'open' | 'accepted' | 'resolved';

export interface Fault {
  id: number;
  rule: string;
  level: Level;
  state: FaultState;
  title: string;
  message: string;
  parcel_id: number | null;
  parcel_no: string | null;
  other_parcel_id: number | null;
  other_parcel_no: string | null;
  /** There is a second parcel, and it lies outside the reader's scope. */
  other_hidden: boolean;
  area_name: string | null;
  area_m2: number | null;
  width_m: number | null;
  bbox: BBox;
  spot: [number, number];
  first_seen: string;
  last_seen: string;
  resolved_at: string | null;
  accept_reason: string | null;
  accepted_by_name: string | null;
  accepted_at: string | null;
  row_version: number;
  etag: string;
}

export interface FaultParcel {
  id: number;
  parcel_no: string;
  parcel_name: string | null;
  area: string | null;
  area_registered_m2: number | null;
  area_computed_m2: number | null;
  location_text: string | null;
  geom_source: string;
  retired_on: string | null;
  geometry: Geometry;
}

export interface FaultDetail extends Fault {
  geometry: Geometry;
  parcels: FaultParcel[];
  ways: { code: string; text: string }[];
  owner: 'land_officer' | 'surveyor' | null;
}

export interface Summary {
  items: { rule: string; level: Level; title: string; open: number; accepted: number; resolved: number }[];
  last_run: { at: string; is_full: boolean; parcels: number; seconds: number } | null;
  waiting: boolean;
}
