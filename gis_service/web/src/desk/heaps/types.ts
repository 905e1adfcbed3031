/** What the server tells of comparisons of two elevation models and of their heaps. Volumes in m³ in place, heights in metres. */
import type { Geometry } from '../../shared/geojson';
import type { Words } from '../procedures/types';

export interface Options {
  before_crs?: number | null;
  after_crs?: number | null;
  before_vertical?: string | null;
  after_vertical?: string | null;
  coregister: boolean;
  north_first: boolean;
  nodata?: number | null;
  least_m3: number;
  parcel_no?: string | null;
}

export type HeapState = 'offered' | 'taken' | 'left';

export interface Result {
  fill_m3: number;
  cut_m3: number;
  net_m3: number;
  net_low_m3: number | null;
  net_high_m3: number | null;
  fill_above_m3: number | null;
  cut_above_m3: number | null;
  area_m2: number;
  missing_m2: number;
  cell_m: number;
  rows: number;
  cols: number;
  epsg: number;
  noise: { sigma_m: number; level_m: number; cells: number } | null;
  shift: { east_m: number; north_m: number; up_m: number; sigma_m: number; horizontal: boolean; nmad_before_m: number; nmad_after_m: number } | null;
  heaps_found: number;
  heaps_kept: number;
  notes: Words[];
}

export interface Comparison {
  id: number;
  title: string;
  before_name: string;
  after_name: string;
  before_on: string;
  after_on: string;
  options: Options;
  state: 'queued' | 'done' | 'failed' | 'withdrawn';
  state_zh: string;
  state_en: string;
  stage: string;
  stage_zh: string;
  stage_en: string;
  result: Result | null;
  failure: (Words & { code: string }) | null;
  made_at: string;
  made_by_name: string;
  withdrawn_at: string | null;
  withdrawn_by_name: string | null;
  withdrawn_reason: string | null;
  extent: Geometry | null;
  heaps: Partial<Record<HeapState, number>>;
}

export interface HeapFacts {
  comparison_id: number;
  seq: number;
  low_m3: number;
  best_m3: number;
  high_m3: number;
  area_m2: number;
  height_m: number;
  vegetation_likely: boolean;
  state: HeapState;
  state_zh: string;
  state_en: string;
  parcel_id: number | null;
  parcel_no: string | null;
  parcel_share: number | null;
  area: string | null;
  place: [number, number];
  followed_by_noun: string | null;
  followed_by_id: number | null;
  followed_by_no: string | null;
  decided_at: string | null;
  decided_by_name: string | null;
  decided_reason: string | null;
}

export interface Heap<Facts = HeapFacts> {
  id: number;
  geometry: Geometry;
  properties: Facts;
}

/** A heap that led to a clue, with its two surveys. */
export type HeapOrigin = Heap<HeapFacts & { title: string; before_on: string; after_on: string }>;
