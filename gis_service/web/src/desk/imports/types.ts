/** What the import's desk exchanges with the server beyond the common shapes. */
import type { Geometry } from '../../shared/geojson';
import type { ImportBatch, ImportCounts, Issue, StagedRow } from '../../shared/types';

export type Fix = 'swap_axes' | 'close_ring' | 'drop_duplicate_points' | 'make_valid' | 'snap';
export type Act = 'new' | 'change' | 'same';

/** What a mend does to one row: metres and square metres; what cannot be said is null. */
export interface Figures {
  row_no: number;
  area_before_m2: number | null;
  area_after_m2: number;
  area_difference_m2: number | null;
  parts_before: number;
  parts_after: number;
  points_before: number;
  points_after: number;
  moved_m: number | null;
  gap_m: number | null;
  is_valid: boolean;
}

export interface Offer extends Figures {
  fix: Fix;
}

export interface Done extends Figures {
  fix: Fix;
  by: string;
  at: string;
}

export interface Preview extends Figures {
  before: Geometry | null;
  after: Geometry;
}

/** One field an update changes; an outline says how far it moves instead. */
export interface Change {
  field: string;
  before: unknown;
  after: unknown;
  moved_m?: number;
}

export interface DeskRow extends StagedRow {
  act: Act;
  changes: Change[] | null;
  fixes: Done[];
  suited: Fix[];
  known_id: number | null;
}

export interface Beside {
  kind: 'parcel' | 'row';
  id: number;
  parcel_no: string | null;
  geometry: Geometry;
}

export interface RowDetail extends DeskRow {
  geometry: Geometry | null;
  raw: Geometry | null;
  original: Geometry | null;
  registered: Geometry | null;
  neighbours: Beside[];
  offers: Offer[];
}

export interface Check {
  code: string;
  level: Issue['level'];
  title: string;
  found: number;
}

export interface DeskBatch extends ImportBatch {
  counts: (ImportCounts & { new?: number; changed?: number; unchanged?: number }) | null;
  options?: { mode?: string | null; sender?: string | null; class_system?: string | null };
  previous_batch_id?: number | null;
  checks?: Check[];
}

export interface FileColumn {
  name: string;
  samples: string[];
  filled: number;
  rows: number;
  field: string | null;
  label: string | null;
  by: string;
  confidence: 'certain' | 'likely' | null;
  evidence: string;
  unit: string | null;
}

export interface Columns {
  columns: FileColumn[];
  fields: { field: string; label: string }[];
  sender: string | null;
  class_system: string | null;
}

export type Kind = 'fixed' | 'new' | 'gone' | 'changed' | 'moved';

export interface Difference {
  at: number;
  row: number | null;
  row_before: number | null;
  parcel_no: string;
  kinds: Kind[];
  cells: { column: string; before: unknown; after: unknown }[];
  moved_m: number | null;
  area_difference_m2: number | null;
}

export interface Comparison {
  previous: ImportBatch | null;
  counts: (Record<Kind | 'same', number> & { furthest_m: number | null }) | null;
  items: Difference[];
  next: string | null;
}
