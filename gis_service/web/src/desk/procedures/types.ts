/** Shapes of proceedings as the JSON API speaks them. */
import type { Geometry } from '../../shared/geojson';

export interface Words {
  zh: string;
  en: string;
}

export type Stand = 'running' | 'near' | 'late' | 'paused' | 'met' | 'met_late';

export interface Clock extends Words {
  code: string;
  started_at: string;
  due_at: string;
  due_on: string;
  ended_at: string | null;
  stand: Stand;
  sure: boolean;
  basis: string;
  whose: 'own' | 'other';
  length: { count: number; measure: string };
}

/** A line of a list. */
export interface Brief {
  id: number;
  noun: string;
  proceeding_no: string;
  title: string;
  state: Words & { code: string; final: boolean };
  area: string | null;
  unit: string | null;
  counterpart: string | null;
  unit_id: number | null;
  counterpart_unit_id: number | null;
  officer_id: number | null;
  place_text: string | null;
  place: [number, number] | null;
  opened_at: string;
  closed_at: string | null;
  version: number;
  pressing: Clock | null;
}

export interface FactWanted extends Words {
  name: string;
  kind: 'text' | 'long_text' | 'date' | 'moment' | 'whole' | 'number' | 'money' | 'yes_no' | 'choice' | 'choices' | 'unit' | 'person' | 'people';
  required: boolean;
  choices: (Words & { code: string })[];
  unit: string;
  least: number | null;
}

export interface FactTold extends FactWanted {
  value: unknown;
  text: string;
  text_en: string;
}

export interface BlockerTold extends Words {
  code: string;
  waivable: boolean;
  link: string;
}

/** A step that may be taken from here: what it asks for, and why not yet. */
export interface Offer extends Words {
  action: string;
  to: string | null;
  stays: boolean;
  is_return: boolean;
  needs_reason: boolean;
  facts: FactWanted[];
  papers: (Words & { kind: string; missing: boolean })[];
  signatures: Side[];
  allowed: boolean;
  /** Whether the person's roles may take it at all. */
  is_mine: boolean;
  why_not_zh: string | null;
  why_not_en: string | null;
  basis: string;
  blockers: BlockerTold[];
}

export interface LogLine {
  seq: number;
  action: string;
  action_zh: string;
  action_en: string;
  after: string;
  after_zh: string;
  after_en: string;
  before: string;
  actor: string;
  at: string;
  happened_on: string;
  reason: string;
  facts: FactTold[];
  papers: { kind: string; doc_no?: string | null; side?: string; person?: string; sha256: string | null }[];
  hash: string;
}

export interface Paper {
  id: number;
  kind: string;
  kind_zh: string;
  kind_en: string;
  title: string;
  doc_no: string | null;
  formats: ('pdf' | 'docx' | 'file')[];
  file_name: string | null;
  as_of: string;
  step_id: number | null;
  made_at: string;
  made_by: string;
  withdrawn_at: string | null;
  withdrawn_reason: string | null;
}

/** What may be written into a paper of a kind, and what of it is known. */
export interface PaperForm {
  kind: string;
  asks: (Words & { name: string; text: string })[];
  takes_items: boolean;
  takes_pictures: boolean;
}

export interface CaseFile {
  id: number;
  name: string;
  label: string;
  size_bytes: number;
  sha256: string;
  has_thumbnail: boolean;
  taken_at: string | null;
  added_at: string;
  added_by: string;
}

export type Side = 'giving' | 'receiving' | 'witness';

export interface Signature {
  id: number;
  side: Side;
  person: string;
  unit: string | null;
  signed_at: string;
  is_drawn: boolean;
  holds: boolean;
}

export interface Amount {
  id: number;
  head: string;
  stage: string;
  amount_yuan: string;
  basis: string;
  told_on: string;
  added_by: string;
}

export interface LinkedParcel {
  id: number;
  parcel_no: string;
  parcel_name: string | null;
  area_name: string | null;
  location_text: string | null;
  area_registered_m2: number | null;
  area_computed_m2: number;
  outline: string;
}

/** Everything the page of one proceeding shows. */
export interface Proceeding extends Brief {
  officer: string | null;
  parent_id: number | null;
  facts: FactTold[];
  offers: Offer[];
  clocks: Clock[];
  steps: LogLine[];
  papers: Paper[];
  paper_kinds: string[];
  files: CaseFile[];
  signatures: Signature[];
  amounts: Amount[];
  parcels: LinkedParcel[];
  children: { id: number; noun: string; proceeding_no: string; title: string }[];
  may_file: boolean;
  details: Record<string, unknown>;
}

export interface Table {
  noun: string;
  plural: string;
  zh: string;
  en: string;
  states: (Words & { code: string; final: boolean })[];
  opening: FactWanted[];
  paper_kinds: (Words & { kind: string; has_template: boolean })[];
}

export interface WorkItem extends Brief {
  plural: string;
  procedure_zh: string;
  procedure_en: string;
  last_at: string;
  last_actor: string;
  last_is_mine: boolean;
  is_late: boolean;
}

export interface Work {
  waiting: WorkItem[];
  waited_for: WorkItem[];
  as_of: string;
}

export const outlineOf = (parcel: LinkedParcel): Geometry => JSON.parse(parcel.outline) as Geometry;
