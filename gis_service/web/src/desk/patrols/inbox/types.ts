/** What phones sent and nobody could take yet, phones themselves, and conflicts, as the JSON API speaks them. */
import type { Geometry } from '../../../shared/geojson';

export interface Reason {
  code: string;
  text: string;
  waits_for: string[];
}

export interface Held {
  uuid: string;
  kind: string | null;
  verdict: 'held' | 'refused';
  reason: Reason | null;
  /** Who recorded it; null where the text says nobody we know. */
  by: string | null;
  sent_by: string;
  by_rescue: boolean;
  device: string | null;
  made_at: string | null;
  received_at: string;
  files: number;
  may_release: boolean;
  released_at: string | null;
}

export interface HeldPhoto {
  sha256: string;
  kind: 'original' | 'stamped' | 'voice';
  /** Whether its bytes are here. */
  here: boolean;
}

export interface HeldWhole extends Held {
  text: string;
  sha256: string;
  photos: HeldPhoto[];
  place: [number, number] | null;
}

export interface Phone {
  id: string;
  name: string;
  app: string | null;
  last_user: string | null;
  last_seen_at: string;
  holds: { records: number; files: number; bytes: number };
  /** Silent for more than a day with records that were not sent. */
  is_late: boolean;
}

export type Noun = 'fences' | 'signs' | 'cameras' | 'observation';

export interface ConflictLine {
  id: number;
  noun: Noun;
  subject_id: number;
  parcel_id: number | null;
  parcel_no: string | null;
  parcel_name: string | null;
  field: string;
  state: 'open' | 'settled';
  theirs_by: string | null;
  mine_by: string;
  mine_at: string;
}

export interface Conflict extends ConflictLine {
  was: unknown;
  theirs: unknown;
  theirs_at: string | null;
  mine: unknown;
  chosen: unknown;
  reason: string | null;
  settled_by: string | null;
  settled_at: string | null;
  row_version: number | null;
  /** Where the thing lies, and where the phone was when it said so. */
  theirs_place: Geometry | null;
  mine_place: Geometry | null;
  /** Thumbnails and originals, by whose value they speak for. */
  photos: { of: 'theirs' | 'mine'; thumbnail: string | null; content: string }[];
}
