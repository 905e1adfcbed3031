/** Shapes of walks as the JSON API speaks them. */
import type { Geometry } from '../../../shared/geojson';

export type FlagCode = 'teleport' | 'car_speed' | 'replay' | 'mock' | 'clock' | 'accuracy' | 'synthetic';
export type GapReason = 'hidden' | 'killed' | 'no_fix' | 'paused' | 'unknown';
export type Band = 'most' | 'part' | 'little' | 'none';
export type LonLat = [number, number];

interface Summary {
  id: number;
  state: string;
  inspector_id: number;
  inspector_name: string;
  area: string | null;
  unit: string | null;
  started_at: string;
  ended_at: string | null;
  length_m: number | null;
  measured_at: string | null;
  thinned_at: string | null;
  gap_s: number;
}

export interface WalkRow extends Summary {
  flags: FlagCode[];
  visits: number;
  observations: number;
  parcels: number;
}

export interface Flag {
  code: FlagCode;
  facts: Record<string, unknown>;
  at: string;
}

export interface Gap {
  from: string;
  to: string;
  distance_m: number | null;
  reason: GapReason;
}

export interface Visit {
  uuid: string;
  parcel_id: number;
  parcel_no: string | null;
  parcel_name: string | null;
  came_at: string;
  left_at: string | null;
  all_fine: boolean;
  place: LonLat | null;
  accuracy_m: number | null;
  distance_m: number | null;
}

export interface Change {
  field: string;
  was: unknown;
  now: unknown;
  reason: string | null;
  made_at: string;
  by: string;
}

export interface Observation {
  id: number;
  uuid: string;
  visit: string | null;
  parcel_id: number | null;
  parcel_no: string | null;
  item: { code: string; zh: string; en: string };
  severity: 'low' | 'medium' | 'high';
  quantity: number | null;
  quantity_unit: string | null;
  description: string | null;
  seen_at: string;
  geometry: Geometry | null;
  accuracy_m: number | null;
  distance_m: number | null;
  followed_at: string | null;
  followed_by: { noun: string; id: number; no: string | null; state: string | null } | null;
  changes: Change[];
}

export interface Conflict {
  id: number;
  noun: string;
  field: string;
  was: unknown;
  theirs: unknown;
  theirs_by: string | null;
  theirs_at: string | null;
  mine: unknown;
  mine_by: string;
  mine_at: string;
  state: 'open' | 'settled';
  chosen: unknown;
  reason: string | null;
}

export interface Photo {
  id: number;
  record: string;
  kind: 'original' | 'stamped' | 'voice';
  sha256: string;
  of: string | null;
  media_type: string;
  taken_at: string | null;
  place: LonLat | null;
  from_album: boolean;
  caption: string | null;
}

export interface Cover {
  parcel_id: number;
  parcel_no: string | null;
  parcel_name: string | null;
  area_m2: number | null;
  planned: boolean;
  seen_share: number;
  band: Band;
  view_m: number;
  inside_s: number;
  nearest_m: number;
  first_at: string | null;
  last_at: string | null;
  proved: boolean;
}

export interface Walk extends Summary {
  task: string | null;
  weather: string | null;
  remark: string | null;
  clock_offset_s: number | null;
  figures: Record<string, number | null>;
  flags: Flag[];
  gaps: Gap[];
  visits: Visit[];
  observations: Observation[];
  conflicts: Conflict[];
  photos: Photo[];
  coverage: Cover[];
  shapes: Record<string, Geometry>;
  thresholds: { most: number; part: number; view_m: number };
  track: { own: boolean; may: boolean; kept_until: string };
}

/** [longitude, latitude, ms since 1970 by the phone's clock, accuracy m]. */
export type Fix = [number, number, number, number];

export interface Track {
  patrol_id: number;
  pieces: Fix[][];
  gaps: Gap[];
}

export interface OfParcel {
  lately: Record<'30' | '90', { seen_share: number; walks: number }>;
  visits: { patrol_id: number; came_at: string; all_fine: boolean; inspector_name: string; observations: number; distance_m: number | null }[];
  walks: (Omit<Cover, 'parcel_no' | 'parcel_name' | 'area_m2' | 'planned' | 'parcel_id'> & { patrol_id: number; started_at: string; inspector_name: string })[];
}

export interface MyTracks {
  keep_days: number;
  items: { patrol_id: number; started_at: string; ended_at: string | null; thinned_at: string | null; length_m: number | null; kept_until: string; opened: { at: string; by: string; reason: string | null }[] }[];
}
