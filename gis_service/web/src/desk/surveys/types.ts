/** What the server tells of a survey's points, bodies, samples and estimates. Depths in metres below ground, volumes in m³ in place. */
import type { Geometry } from '../../shared/geojson';
import type { Words } from '../procedures/types';

export type Kind = 'borehole' | 'pit' | 'trench' | 'probe';
export type LonLat = [number, number];

export interface Layer {
  from_m: number;
  to_m: number;
  soil_name: string;
  soil_name_en: string | null;
  is_waste: boolean;
}

export interface Point {
  id: number;
  point_no: string;
  kind: Kind;
  place: LonLat;
  easting: number;
  northing: number;
  crs: number;
  ground_elev_m: number | null;
  total_depth_m: number;
  bottom_reached: boolean;
  waste_top_m: number | null;
  waste_bottom_m: number | null;
  waste_thickness_m: number;
  water_stable_m: number | null;
  open_ended: boolean;
  made_on: string | null;
  remark: string;
  added_by: string;
  added_at: string;
  removed_at: string | null;
  removed_by: string | null;
  removed_reason: string | null;
  layers: Layer[];
}

export interface Photo {
  id: number;
  name: string;
  label: string;
  has_thumbnail: boolean;
  added_at: string;
  added_by: string;
}

export interface WholePoint extends Point {
  photos: Photo[];
}

export interface Doubt {
  level: 'error' | 'warning';
  sheet: string | null;
  row: number | null;
  field: string | null;
  message: string;
  message_en: string;
}

export interface Trial {
  format: string;
  counts: { points: number; accepted: number; refused: number; layers: number };
  issues: Doubt[];
  kept?: string[];
}

export interface Figures {
  low: number;
  best: number;
  high: number;
}

export interface Advice {
  x_m: number;
  y_m: number;
  expected_cut: number;
}

export interface Estimate {
  id: number;
  state: 'queued' | 'done' | 'failed';
  low_m3: number | null;
  best_m3: number | null;
  high_m3: number | null;
  failure: Words | null;
  made_at: string;
  made_by_name: string;
  inputs_sha256: string;
  metric_srid: number;
  versions: Record<string, string> | null;
  result: {
    volumes_m3: Record<string, number>;
    is_lower_bound: boolean;
    holes: number;
    positive: number;
    open_ended: number;
    simulations: number;
    seed: number;
    step_m: number;
    azimuth_deg: number | null;
    outline_m2: number;
    notes: Words[];
    advice: Advice[];
  } | null;
}

export type Quantity = 'in_place_m3' | 'loose_m3' | 'tonnes' | 'truckloads';

export interface WholeEstimate extends Estimate {
  inputs: { crs: number; holes: unknown[]; options: Record<string, unknown> };
  quantities?: Record<Quantity, Figures> & { factors: { density_t_m3: number; bulking: Figures; truck_loose_m3: number; truck_payload_t: number } };
  outline?: Geometry;
}

export interface Body {
  id: number;
  body_no: string;
  name: string;
  waste_class: string;
  composition_pct: Record<string, string>;
  hazard: string;
  hazard_note: string;
  volume_low_m3: number | null;
  volume_best_m3: number | null;
  volume_high_m3: number | null;
  is_lower_bound: boolean;
  estimate_id: number | null;
  note: string;
  row_version: number;
  state: 'present' | 'cleared' | 'withdrawn';
  waste_class_zh: string;
  waste_class_en: string;
  hazard_zh: string;
  hazard_en: string;
  state_zh: string;
  state_en: string;
  geometry: Geometry;
  parcels: { id: number; parcel_no: string; share: number }[];
}

export interface Line {
  id: number;
  line_no: string;
  method: string;
  made_on: string | null;
  spacing_m: number | null;
  depth_m: number | null;
  interpretation: string;
  geometry: Geometry;
  anomaly: Geometry | null;
  has_picture: boolean;
  picture_name: string | null;
}

export interface Limit {
  standard: string;
  title: string;
  title_en: string;
  kind: string;
  holds_from: string;
  limit: number;
  unit: string;
  exceeds: boolean | null;
  confirmed: boolean;
  source: string;
}

export interface LabResult {
  analyte: string;
  value: number;
  unit: string;
  method: string;
  detection_limit: number | null;
  qualifier: '' | '<';
  limits: Limit[];
}

export interface Sample {
  id: number;
  point_id: number;
  point_no: string;
  sample_no: string;
  from_m: number;
  to_m: number;
  medium: string;
  medium_zh: string;
  medium_en: string;
  laboratory: string;
  taken_on: string | null;
  received_on: string | null;
  results: LabResult[];
}

export interface Laboratory {
  land_class: '1' | '2';
  values: number;
  tonnes: number;
  items: Sample[];
  /** By medium: what there are limits for, and the unit it is written in. */
  analytes: Record<string, Record<string, string>>;
  screening: { hazard: string; hazard_zh: string; hazard_en: string; tested: number; exceeding: number; needed: number; limit: number; confirmed: boolean };
}

export interface Code extends Words {
  code: string;
}

/** The words that logs, samples and bodies are written in. */
export interface SurveyWords {
  point_kinds: Code[];
  position_methods: Code[];
  odours: Code[];
  media: Code[];
  waste_classes: Code[];
  hazards: Code[];
  geophysics: Code[];
  components: Code[];
  soils: { zh: string; en: string; is_waste: boolean; waste_class: string | null }[];
}
