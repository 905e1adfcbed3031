/** Shapes of rankings and hotspots as the API speaks them. */
import type { Geometry } from '../../shared/geojson';

export type Level = 'high' | 'medium' | 'low';
export type Grade = 'hot99' | 'hot95' | 'hot90' | 'plain' | 'cold';

export interface Part {
  code: string;
  /** Log odds. */
  points: number;
  zh: string;
  en: string;
}

export interface Scored {
  parcel_id: number;
  parcel_no: string;
  parcel_name: string | null;
  area: string | null;
  area_id: number | null;
  unit: string | null;
  unit_id: number | null;
  rank: number;
  score: number;
  level: Level;
  /** What the register says. */
  register: string;
  parts: Part[];
  patrol_days: number | null;
  /** The day by which somebody is to walk it, if there is a task. */
  due_on: string | null;
  /** The same by a task beside the regular rounds. */
  extra_due_on: string | null;
}

export interface Run {
  id: number;
  kind: 'ranking' | 'hotspot';
  state: 'queued' | 'done' | 'failed';
  as_of: string;
  since: string | null;
  until: string | null;
  standing: boolean;
  parameters: { cell_m?: number; neighbour_m?: number; bandwidth_m?: number; bandwidth_by?: 'likelihood' | 'default'; least_events?: number; srid?: number };
  counts: { events?: number; parcels?: number; cells?: number; by_kind?: Record<string, number>; levels?: Partial<Record<Level, number>>; grades?: Partial<Record<Grade, number>> };
  made_at: string;
}

export interface Ranking {
  run: Run | null;
  items: Scored[];
}

/** `after`: days without a walk, from which on a round is suggested. */
export interface Suggested extends Ranking {
  after: { high_days: number; medium_days: number };
}

export interface Cell {
  geometry: Geometry;
  properties: { seq: number; area: string | null; events: number; around: number; density_km2: number; z: number; p: number; q: number; grade: Grade };
}

export interface Factor {
  code: string;
  zh: string;
  en: string;
  source: string;
  source_en: string;
  knots?: [number, number][];
  values?: Record<string, number>;
  per_log?: number;
}

export interface Model {
  factors: Factor[];
  levels: { high: number; medium: number };
  past: { bandwidth_m: number; half_life_days: number };
  backtest: Record<'months' | 'weighed' | 'naive' | 'naive_12m' | 'random' | 'won' | 'lost' | 'tied' | 'low' | 'high', number>;
}

export interface Night {
  as_of: string;
  score: number;
  level: Level;
  rank: number;
}
