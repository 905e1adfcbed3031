/** Figures as the server tells them. */
export type Group = '打' | '防' | '管' | '治';

export interface Indicator {
  code: string;
  zh: string;
  en: string;
  sentence_zh: string;
  sentence_en: string;
  numerator_zh: string;
  numerator_en: string;
  denominator_zh: string;
  denominator_en: string;
  unit: string;
  unit_en: string;
  /** The unit of numerator and denominator. */
  counted_in: string;
  counted_in_en: string;
  is_ratio: boolean;
  group: Group;
  owner_zh: string;
  owner_en: string;
  period_zh: string;
  period_en: string;
  by_unit_zh: string;
  by_unit_en: string;
  /** Whether more is better; null where neither is. */
  up: boolean | null;
}

export interface Line {
  code: string;
  area: string | null;
  unit: string | null;
  numerator: number | null;
  denominator: number | null;
  value: number | null;
  low: number | null;
  high: number | null;
  before: number | null;
  change: number | null;
  plan: number | null;
  to_plan: number | null;
}

export interface Figures {
  as_of: string;
  before: string;
  year: number;
  items: Line[];
}

export interface Row {
  id: number;
  kind: string;
  no: string;
  name: string | null;
  parcels: number[];
  area: string | null;
  unit: string | null;
  person: string | null;
  due_on: string | null;
  amount: number;
  weight: number | null;
  counted: boolean;
}

export interface Late extends Row {
  code: string;
  group: Group;
  why_zh: string;
  why_en: string;
  days: number;
}

export interface Point {
  as_of: string;
  code: string;
  value: number | null;
  numerator: number | null;
  denominator: number | null;
}

export interface Target {
  id: number;
  code: string;
  area: string | null;
  unit: string | null;
  year: number;
  value: number | null;
  note: string;
  set_by: string;
  row_version: number;
}
