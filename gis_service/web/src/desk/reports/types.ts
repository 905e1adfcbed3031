/** Monthly reports as the server tells them. */
export interface Column {
  name: string;
  zh: string;
  en: string;
  form: 'text' | 'count' | 'mu' | 'm3' | 'date' | 'problems';
}

export interface Edition {
  id: number;
  month: string;
  edition: number;
  as_of: string;
  state: 'closed' | 'corrected';
  reason: string;
  whole_district: boolean;
  made_at: string;
  made_by: string;
}

export interface PackFile {
  kind: string;
  name: string;
  sha256: string;
  size_bytes: number;
  file: string;
}

export interface Pack {
  id: number;
  report_id: number | null;
  month: string;
  is_draft: boolean;
  as_of: string | null;
  state: 'queued' | 'making' | 'done' | 'failed' | 'cancelled';
  stage: string;
  steps_done: number;
  steps: number;
  reason: string;
  files: PackFile[];
  error: { code: string; title_zh: string; title_en: string } | null;
  made_at: string;
  made_by: string;
}

export interface Month {
  month: string;
  is_over: boolean;
  editions: Edition[];
  packs: Pack[];
}

export interface Note {
  parcel_id: number;
  version: number;
  difficulty: string;
  next_step: string;
  responsible: string;
  due_on: string | null;
  written_by: string;
  written_at: string;
  carried_from: string | null;
}

/** What the register itself knows of the columns that can be written. */
export interface ByRegister {
  difficulty: string;
  next_step: string;
  person: string;
  due_on: string | null;
}

export interface Line extends ByRegister {
  id: number;
  seq: number;
  area: string;
  parcel_no: string;
  parcel_name: string;
  area_mu: string;
  right_holder: string;
  custodian: string;
  survey: string;
  waste_m3: { low: string; best: string; high: string; open_ended: boolean } | null;
  disposal: string;
  handover: string;
  fence: string;
  patrols: number;
  problems: { found: number; corrected: number; late: number };
  unit: string;
  by_register: ByRegister;
  note?: Note | null;
}

export interface Table {
  month: string;
  edition: number | null;
  cut_off: string;
  rows: Line[];
  totals: { parcels: number; area_mu: string; patrols: number; problems: Line['problems'] };
}
