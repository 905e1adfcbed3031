/** Shapes of survey programmes as the JSON API speaks them. */
import type { Words } from '../../procedures/types';

export type Stand = 'done' | 'running' | 'wanting';

export interface Rule {
  area_ids: number[];
  undeveloped: boolean;
  supply_year_to: number | null;
}

export interface Completion {
  targets: number;
  done: number;
  not_required: number;
  positive: number;
  area_m2: number;
  done_area_m2: number;
}

export interface Programme {
  id: number;
  title: string;
  rule: Rule;
  rule_zh: string;
  rule_en: string;
  due_on: string | null;
  state: 'draft' | 'frozen' | 'closed';
  state_zh: string;
  state_en: string;
  frozen_on: string | null;
  frozen_by: string | null;
  note: string;
  made_at: string;
  made_by: string;
  row_version: number;
  completion: Completion | null;
}

export interface Target {
  parcel_id: number;
  parcel_no: string;
  area_m2: number;
  because: (Words & { code: string })[];
  survey_status: string | null;
  waste_found: boolean | null;
  retired_on: string | null;
  area: string | null;
  unit: string | null;
  survey: { id: number; no: string; state: string } | null;
  stand: Stand;
}

export interface WholeProgramme extends Programme {
  targets: Target[];
}

export interface Preview {
  targets: number;
  done: number;
  area_m2: number;
  items: { parcel_id: number; parcel_no: string; area_m2: number; survey_status: string; outline: string | null }[];
}

export interface Said {
  title: string;
  rule: Rule;
  due_on: string | null;
  note: string;
}
