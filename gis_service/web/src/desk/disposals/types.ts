/** What the server tells of disposal. m³ in place, m³ loose and tonnes are three quantities. */
import type { Words } from '../procedures/types';

export interface Removed {
  trucks: number;
  loose_m3: number;
  net_t: number;
  in_place_m3: number;
  unweighed: number;
}

export interface Balance {
  removed: Removed;
  against_estimate: { low_m3: number | null; best_m3: number | null; high_m3: number | null; removed_m3: number; inside: boolean | null; off_share: number | null };
  against_approved: number | null;
  measured_m3: number | null;
  by_class: (Removed & { waste_class: string })[];
  by_day: (Removed & { day: string })[];
  factors: { bulking: number; t_per_m3_in_place: Record<string, number> };
  manifests: Record<string, number>;
  undecided: number;
  overdue: string[];
}

export interface Site {
  id: number;
  name: string;
  kind: string;
  address: string;
  licence_no: string | null;
  licensed_from: string | null;
  licensed_until: string | null;
  accepts: string[];
  place: [number, number];
  radius_m: number;
  has_outline: boolean;
  is_active: boolean;
}
export interface Consent extends Site {
  consented_on: string;
  doc_no: string;
  ended_on: string | null;
}

export interface Truck {
  plate: string;
  gross_limit_t: number;
}
export interface Carrier {
  id: number;
  carrier: string;
  permit_no: string;
  valid_from: string;
  valid_until: string;
  is_active: boolean;
  is_valid: boolean;
  trucks: Truck[];
}
export interface OwnCarrier extends Carrier {
  added_on: string;
  ended_on: string | null;
}

export interface Waiver {
  id: number;
  parcel_id: number;
  proceeding_id: number | null;
  for_supply: boolean;
  for_handover: boolean;
  reason: string;
  measures: string;
  given_at: string;
  given_by: string;
  revoked_at: string | null;
  revoked_by: string | null;
  revoked_reason: string | null;
}

export interface Details {
  waste_class: string;
  other_classes: string[];
  approved_m3: number | null;
  planned_until: string | null;
  receive_within_hours: number;
  balance: Balance;
  sites: Consent[];
  carriers: OwnCarrier[];
  waivers: Waiver[];
}

export interface Flag extends Words {
  code: string;
  level: 'error' | 'warning';
  verdict: string | null;
  reason: string | null;
  decided_at: string | null;
  decided_by: string | null;
}

export interface Manifest {
  id: string;
  manifest_no: string;
  status: string;
  counts: boolean;
  project_id: number;
  waste_class: string;
  parcel_id: number | null;
  plate: string;
  driver: string;
  carrier_id: number | null;
  carrier: string;
  loaded_m3: number | null;
  loaded_net_t: number | null;
  loaded_at: string | null;
  load_file_id: number | null;
  site_id: number | null;
  unloaded_at: string | null;
  unload_file_id: number | null;
  gross_t: number | null;
  tare_t: number | null;
  net_t: number | null;
  ticket_no: string | null;
  national_no: string | null;
  remark: string;
  created_at: string;
  created_by_name: string;
  received_by_name: string;
  voided_by_name: string | null;
  voided_reason: string | null;
  flags: Flag[];
}
export interface Manifests {
  items: Manifest[];
  count: number;
  words: { status: Record<string, Words>; verdict: Record<string, Words> };
  late_before: string;
}

export interface Fault {
  row: number;
  field: string;
  code: string;
  message: string;
  message_en: string;
}
export interface Look {
  counts: { rows: number; new: number; known: number; faulty: number };
  issues: Fault[];
}
export interface Counted {
  rows: number;
  new: number;
  known: number;
  doubtful: number;
}
/** A workbook that the worker takes in. */
export interface QueuedTable {
  id: number;
  name: string;
  state: 'queued' | 'done' | 'refused';
  row_count: number;
  done_rows: number;
  counted: Counted | null;
  error: { title_zh: string; title_en: string; errors: Fault[] } | null;
}

export interface PlanLine {
  id: number;
  no: string;
  title: string;
  state: string;
  state_zh: string;
  state_en: string;
  area: string | null;
  parcels: { id: number; parcel_no: string; parcel_name: string | null }[];
  plan_year: number | null;
  batch: string | null;
  waste_class: string;
  method: string | null;
  budget_yuan: number | null;
  lead_unit: string | null;
  planned_until: string | null;
  estimate_low_m3: number | null;
  estimate_best_m3: number | null;
  estimate_high_m3: number | null;
  approved_m3: number | null;
  removed_m3: number;
  removed_t: number;
  trucks: number;
}
export interface Plan {
  items: PlanLine[];
  totals: { projects: number; without_estimate: number; estimate_best_m3: number; approved_m3: number; removed_m3: number; removed_t: number; budget_yuan: number };
  as_of: string;
}

export interface Density extends Words {
  waste_class: string;
  default_in_place: number;
  default_loose: number;
  measured_in_place: number | null;
  n_in_place: number;
  measured_loose: number | null;
  n_loose: number;
  in_place: number;
}
