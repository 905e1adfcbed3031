/** Shapes that the doors of changes speak. */
import type { BBox, Version } from '../../shared/types';

export interface DayCount {
  day: string;
  count: number;
}

export const KINDS = ['new', 'retired', 'entered', 'left', 'outline', 'changed'] as const;
export type Kind = (typeof KINDS)[number];

export interface FieldChange {
  field: string;
  before: unknown;
  after: unknown;
}

export interface Paper {
  id: number;
  doc_no: string | null;
  title: string;
}

/** One version among the changes: who, when, why, on which paper; in a comparison also which fields. */
export interface Act {
  changed?: string[];
  version_no: number;
  at: string;
  op: string;
  actor: string | null;
  reason: string | null;
  document: Paper | null;
}

interface BothDays {
  before: number | null;
  after: number | null;
}

export interface Change {
  id: number;
  parcel_no: string;
  parcel_name: string | null;
  area: string | null;
  kind: Kind;
  bbox: BBox;
  fields: FieldChange[];
  outline: boolean;
  area_registered_m2: BothDays;
  area_computed_m2: BothDays;
  from_version: number | null;
  to_version: number | null;
  versions: Act[];
}

export interface AreaTotals extends Record<Kind, number> {
  area: string | null;
  count: number;
  area_before_m2: number | null;
  area_after_m2: number | null;
}

export interface Totals {
  count: number;
  kinds: Record<Kind, number>;
  areas: AreaTotals[];
  fields: { field: string; count: number }[];
}

export interface Difference {
  items: Change[];
  next: string | null;
  totals?: Totals;
}

export interface FeedRow extends Act {
  parcel_id: number;
  parcel_no: string;
  parcel_name: string | null;
  area: string | null;
  fields: FieldChange[];
  outline: boolean;
  retired_on: string | null;
}

/** A version with what it changed, from what to what. */
export interface ToldVersion extends Version {
  fields: FieldChange[];
  outline: boolean;
}

/** A field that somebody changed again since: what it was before the version to be taken back, and what it is now. */
export interface Clash {
  field: string;
  before?: unknown;
  now?: unknown;
}

