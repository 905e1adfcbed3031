/** Shapes of handover batches as the JSON API speaks them. */
import type { BlockerTold, Clock, FactWanted, Paper, Side, Words } from '../procedures/types';

export interface Batch {
  id: number;
  batch_no: string;
  title: string;
  giving: string;
  receiving: string;
  witness: string | null;
  giving_unit_id: number;
  receiving_unit_id: number;
  witness_unit_id: number | null;
  planned_on: string | null;
  state: Words & { code: 'open' | 'closed' };
  remark: string | null;
  created_at: string;
  created_by: string;
  closed_at: string | null;
  version: number;
  counts: (Words & { code: string; count: number })[];
  parcels: number;
  done: number;
}

/** One parcel of a batch: where it stands, what is in its way, what is next. */
export interface Row {
  id: number;
  proceeding_no: string;
  version: number;
  state: Words & { code: string; final: boolean };
  parcel_id: number;
  parcel_no: string;
  parcel_name: string | null;
  area: string | null;
  area_m2: number;
  location_text: string | null;
  receiving: string | null;
  /** GeoJSON, in degrees. */
  outline: string;
  blockers: (BlockerTold & { short_zh: string; short_en: string })[];
  next: (Words & { action: string; missing_papers: string[]; missing_signatures: Side[] }) | null;
  pressing: Clock | null;
  signed: Side[];
  papers_waiting: string[];
}

/** A step that can be tried for some parcels of the batch. */
export interface BatchOffer extends Words {
  action: string;
  permission: string;
  is_return: boolean;
  needs_reason: boolean;
  stays: boolean;
  facts: FactWanted[];
  papers: (Words & { kind: string })[];
  signatures: Side[];
  handover_ids: number[];
}

export interface Result {
  parcel_no?: string;
  parcel_id?: number;
  handover_id?: number;
  outcome: 'done' | 'refused';
  zh?: string;
  en?: string;
  code?: string;
  doc_no?: string | null;
}

export interface Act {
  id: number;
  kind: 'step' | 'paper' | 'upload' | 'sign' | 'add';
  what: { action?: string; kind?: string; side?: Side; reason?: string };
  state: 'queued' | 'done' | 'failed';
  results: Result[];
  done: number;
  refused: number;
  created_at: string;
  created_by: string;
}

export interface BatchPaper extends Paper {
  handover_ids: number[];
}

export interface WholeBatch extends Batch {
  handovers: Row[];
  offers: BatchOffer[];
  papers: BatchPaper[];
  acts: Act[];
  /** Sides this person may sign for, with their own account or by holding out the device. */
  may_sign: Side[];
  as_of: string;
}
