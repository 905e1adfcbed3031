/**
 * What the phone sends and is answered; `gis_service/patrols/inbox/wire.py` says the same and judges it. A `manifest` (a load at the gate)
 * goes another way: its body is what `PUT /manifests/{uuid}` takes, and it is not counted among the records of patrols (`seq` 0).
 */

export const SCHEMA = 1;

export type RecordKind = 'patrol.start' | 'track' | 'visit' | 'observation' | 'correction' | 'facility.edit' | 'patrol.end' | 'manifest';
export type VerdictWord = 'stored' | 'duplicate' | 'held' | 'refused';

/** WGS 84 degrees as the browser gives them; times are ms since 1970 by the phone's clock. */
export interface Position {
  lon: number;
  lat: number;
  accuracy_m: number;
  at: number;
  altitude_m?: number | null;
  mock?: boolean;
  moved_by_hand?: boolean;
}

export interface Photo {
  sha256: string;
  kind: 'original' | 'stamped' | 'voice';
  of?: string;
  media_type: string;
  size_bytes: number;
  taken_at?: number;
  position?: Position | null;
  bearing_deg?: number | null;
  from_album?: boolean;
  exif?: Record<string, unknown> | null;
  caption?: string;
}

export interface Start { task_id?: number | null; area_id?: number | null; weather?: string; position?: Position | null }
export type Fix = [lon: number, lat: number, ms: number, accuracy_m: number, altitude_m: number | null, speed_m_s: number | null, heading_deg: number | null];
export interface Gap { from: number; to: number; reason: 'hidden' | 'killed' | 'no_fix' | 'paused' | 'unknown' }
export interface Track { fixes: Fix[]; gaps: Gap[]; mock?: boolean }
export interface Visit {
  parcel_id: number; came_at: number; left_at?: number | null; all_fine: boolean; form: string; form_version: number;
  answers: Record<string, unknown>; position?: Position | null; photos: Photo[];
}
export interface Observation {
  parcel_id?: number | null; visit?: string | null; item: string; form: string; form_version: number; answers: Record<string, unknown>;
  quantity?: number | null; quantity_unit?: string | null; severity?: 'low' | 'medium' | 'high' | null; description?: string | null;
  geometry?: unknown; position?: Position | null; photos: Photo[];
}
export interface Change { was: unknown; now: unknown }
export interface Correction { of: string; changes: Record<string, Change>; reason?: string }
export interface FacilityEdit { noun: 'fences' | 'signs' | 'cameras'; id: number; seen: number; changes: Record<string, Change>; position?: Position | null; photos: Photo[] }
export interface End { at: number; records: number; remark?: string; photos: Photo[] }

/** A load of waste that leaves the gate; m³ loose, t net. */
export interface Load {
  manifest_no: string; project_id: number; parcel_id?: number; waste_class: string; plate: string; driver?: string; carrier_id?: number; carrier?: string;
  loaded_m3?: string; loaded_net_t?: string; loaded_at: string; load_place?: [number, number]; site_id?: number; producer_confirmed?: string; remark?: string;
}

export interface Bodies {
  'patrol.start': Start;
  track: Track;
  visit: Visit;
  observation: Observation;
  correction: Correction;
  'facility.edit': FacilityEdit;
  'patrol.end': End;
  manifest: Load;
}

/** What `text` of a record holds. */
export interface Envelope<K extends RecordKind = RecordKind> {
  uuid: string; kind: K; seq: number; made_at: number; by: number; device: string; patrol: string | null; schema: number; app: string;
  files: string[]; body: Bodies[K];
}

export interface Sent { uuid: string; text: string; sha256: string }
export interface Device {
  id: string; name: string; app: string; public_key?: JsonWebKey | null;
  storage: { persisted: boolean | null; quota: number | null; usage: number | null };
  holds: { records: number; files: number; bytes: number; lost_records: number; lost_files: number };
}
export interface Batch { device: Device; person: number; sent_at: number; records: Sent[] }

export interface Receipt {
  uuid: string; verdict: VerdictWord; sha256: string; received_at: string;
  reason?: { code: string; text: string; waits_for: string[] } | null;
  row?: { noun: string; id: number } | null;
}
export interface Answer { server_time: string; verdicts: Receipt[]; oldest_app: string }
export interface FileState { sha256: string; size_bytes: number; offset: number; stored: boolean }
