/** What phones sent and nobody could take yet, phones themselves, and conflicts, as the JSON API speaks them. */
import type { Geometry } from '../../../shared/geojson';

export interface Reason {
  code: string;
  text: string;
  waits_for: string[];
}

export interface Named {
  id: number | string | null;
  name: string | null;
}

export interface Held {
  uuid: string;
  kind: string | null;
  verdict: 'held' | 'refused' | 'stored';
  reason: Reason | null;
  /** Who recorded it; without a name where the text says nobody we know. */
  by: Named;
  sent_by: Named;
  by_rescue: boolean;
  device: Named;
  made_at: string | null;
  received_at: string;
  /** Hashes of the files it names. */
  files: string[];
  sha256: string;
}

export interface HeldWhole extends Held {
  text: string;
}

/** A text that could not take its number's place: damaged on the way, or other words under a number that was taken. */
export interface Stray {
  uuid: string;
  sha256: string;
  received_at: string;
  sent_by: string;
  reason: Reason;
  text: string;
}

export interface Phone {
  id: string;
  name: string;
  app: string | null;
  person: Named;
  last_seen_at: string;
  holds: { records?: number; files?: number; bytes?: number; lost_records?: number; lost_files?: number };
}

export interface Unsettled {
  counts: { held: number; refused: number };
  items: Held[];
  strays: Stray[];
  devices: Phone[];
}

export type Noun = 'fences' | 'signs' | 'cameras' | 'observation';

export interface Value {
  value: unknown;
  by: string | null;
  at: string | null;
}

export interface RecordPhoto { id: number; patrol_id: number; sha256: string; kind: string; thumbnail_sha256: string | null }

export interface Conflict {
  id: number;
  noun: Noun;
  subject_id: number;
  parcel_id: number | null;
  parcel_no: string | null;
  field: string;
  was: unknown;
  /** What stands there now: `theirs`, or what somebody made of it since. */
  present: unknown;
  theirs: Value;
  mine: Value & { record: string };
  /** Where the thing lies. */
  place: Geometry | null;
  /** Photos of the record that came later. */
  photos: RecordPhoto[];
  /** Photos of the record by which the other value came; none where it came from the desk. */
  their_photos: RecordPhoto[];
  state: 'open' | 'settled';
  chosen: unknown;
  reason: string | null;
  settled_at: string | null;
  created_at: string;
}

/** What a record's text says of where the phone was, degrees (WGS 84). */
export function placeIn(text: string): [number, number] | null {
  try {
    const { lon, lat } = JSON.parse(text).body.position;
    return Number.isFinite(lon) && Number.isFinite(lat) ? [lon, lat] : null;
  } catch {
    return null;
  }
}

const DAY_MS = 86_400_000;
/** Silent for more than a day with something that was not sent. */
export const isLate = (phone: Phone, now = Date.now()): boolean =>
  !!(phone.holds.records || phone.holds.files) && now - Date.parse(phone.last_seen_at) > DAY_MS;

const IN_DOUBT = new Set(['field.rescue_unknown_device', 'field.rescue_bad_signature', 'field.no_account', 'field.other_person', 'field.no_right']);
/** Whether sender, phone or right stand in doubt, which a person may settle; what is wrong in itself nobody can let through. */
export const mayRelease = (one: Held): boolean => one.verdict !== 'stored' && IN_DOUBT.has(one.reason?.code ?? '');
