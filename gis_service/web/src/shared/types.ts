/** Shapes that the JSON API speaks; field names are the register's own. */
import type { Geometry } from './geojson';

export type Axis =
  | 'supply_status'
  | 'use_status'
  | 'fence_status'
  | 'survey_status'
  | 'disposal_status'
  | 'handover_status';

export type BBox = [number, number, number, number];

export interface Page<T> {
  items: T[];
  next: string | null;
  total?: number;
}

export interface Config {
  title: string;
  district_code: string;
  storage_srid: number;
  metric_srid: number;
  sample_data: boolean;
  view: { center: [number, number]; zoom: number };
  version: string;
  environment: string;
  passwords: { min_length: number; kinds: number };
}

export interface Me {
  username: string;
  display_name: string;
  unit: string | null;
  roles: { role: string; area: string | null; unit: string | null }[];
  permissions: string[];
  must_change_password: boolean;
  /** Their roles ask for a second factor, and there is none yet. */
  must_enrol: boolean;
  csrf?: string;
}

/** How somebody stands with their authenticator. */
export interface SecondFactor {
  confirmed_at: string | null;
  codes_left: number;
  required: boolean;
  by_provider: boolean;
}

/** Where one is signed in. */
export interface SignIn {
  id: number;
  since: string;
  last_seen_at: string;
  address: string;
  device: string;
  here: boolean;
}

export interface SignIns {
  by_provider: boolean;
  items: SignIn[];
}

export interface Enrolment {
  secret: string;
  address: string;
  qr: string;
}

export interface Word {
  value: string;
  zh: string;
  en: string;
}

export type Vocabulary = Record<string, Word[]>;

export interface Area {
  id: number;
  code: string;
  name: string;
  name_en: string | null;
  bbox: BBox | null;
}

export interface Unit {
  id: number;
  code: string;
  name: string;
  short_name: string | null;
  kind: string;
}

export interface ParcelRow {
  id: number;
  parcel_no: string;
  parcel_name: string | null;
  area_code: string | null;
  area_name: string | null;
  location_text?: string | null;
  area_registered_m2: number | null;
  area_computed_m2: number | null;
  right_holder: string | null;
  managing_unit: string | null;
  custodian_unit: string | null;
  planned_class_system: string | null;
  planned_class_code: string | null;
  planned_class_name: string | null;
  planned_supply_year: number | null;
  supply_status: string;
  use_status: string[];
  fence_status: string;
  survey_status: string;
  disposal_status: string;
  handover_status: string;
  waste_found: boolean | null;
  risk_level: string | null;
  row_version: number;
  updated_at: string;
  bbox: BBox;
}

/** A unit or area by name; the server sends an empty object where there is none. */
export interface Named {
  id?: number;
  name?: string;
  code?: string;
}

export interface LandDocument {
  id: number;
  kind: string;
  doc_no: string | null;
  title: string;
  issued_on: string | null;
  issuer: string | null;
}

export interface BoundaryPoint {
  part_no: number;
  ring_no: number;
  seq: number;
  point_no: string;
  northing_text: string;
  easting_text: string;
  source_crs: number;
}

/** One parcel with everything the reader may see; columns beyond the named ones are read by name. */
export interface Parcel {
  id: number;
  parcel_no: string;
  parcel_name: string | null;
  row_version: number;
  area: Named | null;
  right_holder: Named | null;
  managing_unit: Named | null;
  custodian_unit: Named | null;
  area_registered_m2: number | null;
  area_computed_m2: number | null;
  area_computed_crs: number | null;
  area_ellipsoid_m2: number | null;
  perimeter_m: number | null;
  use_status: string[];
  aliases: { kind: string; value: string }[];
  documents: LandDocument[];
  contact?: { person: string | null; phone: string | null } | null;
  geometry: Geometry | null;
  boundary_points: BoundaryPoint[];
  updated_at: string;
  retired_on: string | null;
  [column: string]: unknown;
}

export interface Version {
  version_no: number;
  valid_from: string;
  valid_to: string | null;
  op: string;
  actor: string | null;
  reason: string | null;
  document: { id: number; doc_no: string | null; title: string } | null;
  changed: string[];
}

export interface VersionDiff {
  fields: { field: string; before: unknown; after: unknown }[];
  geometry: {
    before: Geometry | null;
    after: Geometry | null;
    added: Geometry | null;
    removed: Geometry | null;
    area_added_m2: number | null;
    area_removed_m2: number | null;
  };
}

export type ImportState =
  | 'queued'
  | 'reading'
  | 'checking'
  | 'staged'
  | 'accepting'
  | 'accepted'
  | 'refused'
  | 'undone'
  | 'failed';

export interface ImportCounts {
  rows: number;
  acceptable: number;
  refused: number;
  warnings: number;
  landed: number;
  /** What became of the files that came in one zip with the sheet. */
  files?: { attached: number; present: number; no_match: number; refused: number; reasons: string[] };
}

export interface ImportBatch {
  id: number;
  file_name: string;
  sha256: string | null;
  state: ImportState;
  crs: { epsg: number | null; name: string; evidence: string[]; axis_swapped: boolean; geom_source?: string | null; accuracy_m?: number | null } | null;
  encoding: { name: string; evidence: string[] } | null;
  format: string | null;
  layers: string[] | null;
  counts: ImportCounts | null;
  error?: ProblemBody | null;
  /** What is said of the file as a whole. */
  issues?: Issue[];
  created_at: string;
  created_by: string | null;
}

export interface Issue {
  level: 'error' | 'warning' | 'info';
  code: string;
  file?: string | null;
  row?: number | null;
  field?: string | null;
  message: string;
  /** Where the fault lies, in degrees. */
  place?: [number, number] | null;
}

export interface StagedRow {
  row: number;
  layer: string | null;
  parcel_no: string | null;
  area_registered_m2: number | null;
  area_computed_m2: number | null;
  verdict: 'ok' | 'warning' | 'error';
  issues: Issue[];
  attributes: Record<string, unknown>;
}

export interface LayerAttribute {
  name: string;
  zh: string;
  en: string;
  type?: string;
  vocabulary?: string | null;
  unit?: string | null;
}

export interface MapLayer {
  id: string;
  title: string;
  title_en: string;
  group: string;
  group_en: string;
  geometry: 'polygon' | 'line' | 'point';
  minzoom: number;
  maxzoom: number;
  tiles: string;
  items: string;
  visible: boolean;
  source: string;
  /** Whether it has a past. */
  dated?: boolean;
  attributes: LayerAttribute[];
  style: LayerStyle;
  legend: LegendEntry[];
  words: string;
  words_en: string;
}

export type Hatch = 'diagonal' | 'back-diagonal' | 'cross' | 'dots' | 'horizontal' | 'vertical' | null;

/** How one kind of feature is drawn, on screen and on paper. */
export interface Symbol {
  fill?: string | null;
  hatch?: Hatch;
  stroke?: string | null;
  stroke_width?: number;
  dash?: number[] | null;
  opacity?: number;
  radius?: number;
}

export interface LayerStyle {
  kind: string;
  property?: string;
  categories?: (Symbol & { value: string })[];
  default?: Symbol;
  label?: { property: string; minzoom?: number } | null;
}

export interface LegendEntry extends Symbol {
  value?: string | null;
  label_zh: string;
  label_en: string;
}

export interface Account {
  id: number;
  username: string;
  display_name: string;
  unit_id: number | null;
  unit: string | null;
  state: 'active' | 'disabled';
  must_change_password: boolean;
  unused: boolean;
  last_login_at: string | null;
  locked_until: string | null;
  row_version: number;
}

export interface Grant {
  id: number;
  role: string;
  area: string | null;
  unit: string | null;
  granted_at: string;
}

export interface Token {
  id: number;
  name: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  may_edit: boolean;
  reason: string | null;
  secret?: string | null;
}

export interface AuditEntry {
  id: number;
  at: string;
  actor_name: string;
  action: string;
  subject: string;
  outcome: string;
  detail: Record<string, unknown>;
  request_id: string;
  address: string;
}

export interface LandClass {
  system: string;
  code: string;
  name: string;
  parent: string | null;
}

/** A refusal as the server words it (RFC 9457). */
export interface ProblemBody {
  type?: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  errors?: Issue[];
  request_id?: string;
  current?: Parcel;
  [fact: string]: unknown;
}
