/** Shapes of plans and tasks as the API speaks them. */

export type TaskState = 'open' | 'started' | 'done' | 'missed' | 'cancelled';

export interface Task {
  id: number;
  title: string;
  night: boolean;
  due_from: string;
  due_on: string;
  state: TaskState;
  state_zh: string;
  state_en: string;
  late: boolean;
  minutes: number | null;
  route_m: number | null;
  plan_id: number | null;
  plan: string | null;
  kind: string | null;
  walker: string | null;
  risk_level: string | null;
  area_id: number | null;
  area: string | null;
  unit_id: number | null;
  unit: string | null;
  assignee_id: number | null;
  assignee: string | null;
  cell: string | null;
  cell_code: string | null;
  closed_reason: string | null;
  escalated_at: string | null;
  parcels: number;
  visited: number;
  row_version: number;
}

export interface TaskParcel {
  id: number;
  seq: number;
  visited_at: string | null;
  parcel_no: string;
  parcel_name: string | null;
  risk_level: string;
  fence_status: string;
  lon: number;
  lat: number;
}

export type WholeTask = Task & { land: TaskParcel[] };

export interface Walker {
  id: number;
  name: string;
  unit_id: number | null;
  unit: string | null;
  /** The units whose land this person walks. */
  walks_for: number[];
  /** The areas an inspector walks; `everywhere`: all of them. */
  areas: number[];
  everywhere: boolean;
}

export interface Board {
  items: Task[];
  people: Walker[];
  today: string;
  generating: boolean;
  /** Who looks at it. */
  me: number | null;
}

export interface Move {
  id: number;
  assignee_id: number | null;
  due_from: string;
  due_on: string;
}

export interface PlanFacts {
  name: string;
  walker: string;
  area_id: number | null;
  risk_level: string | null;
  times: number;
  per_days: number;
  night: boolean;
  workdays_only: boolean;
  starts_on: string;
  ends_on: string | null;
}

export interface Plan extends PlanFacts {
  id: number;
  kind: 'regular' | 'extra';
  reason: string | null;
  area: string | null;
  stopped_at: string | null;
  generated_at: string | null;
  row_version: number;
  open?: number;
  missed?: number;
  done?: number;
  outlook?: Outlook;
}

export interface Outlook {
  days: number;
  rounds: number;
  tasks: number;
  parcels: number;
  hours: number;
  first_rounds: { no: number; first: string; last: string }[];
  by_walker: { unit_id: number | null; unit: string | null; parcels: number; tasks: number; hours: number; people: number; unassigned: number }[];
}

export interface Usual extends Omit<PlanFacts, 'area_id' | 'starts_on' | 'ends_on'> {}

export interface Extra {
  zh: string;
  en: string;
  before_days: number;
  after_days: number;
}

export interface Plans {
  items: Plan[];
  usual_missing: Usual[];
  extra: Record<string, Extra>;
}

export interface ExtraOutlook {
  items: (Outlook & { name: string; first: string; last: string })[];
  tasks: number;
  hours: number;
  parcels: number;
}

export interface Risk {
  parcel_id: number;
  parcel_no: string;
  parcel_name: string | null;
  area: string | null;
  register: string;
  suggested: string;
  reasons: { code: string; zh: string; en: string }[];
}

export interface Daily {
  on: string;
  as_of: string;
  area: string | null;
  tasks: { due: number; done: number; missed: number; under_way: number };
  walks: { walks: number; people: number; length_m: number; parcels: number; faulty: number };
  by_unit: { unit_id: number | null; unit: string; due: number; done: number; missed: number; under_way: number }[];
  problems: { new: number; closed: number; open: number; late: number };
  cases: { new: number; closed: number };
  found: { code: string; n: number; item_zh: string | null; item_en: string | null }[];
  photos: { sha256: string; thumbnail_sha256: string; taken_at: string | null; parcel_no: string | null; parcel_name: string | null; item_zh: string | null; item_en: string | null; description: string | null }[];
}
