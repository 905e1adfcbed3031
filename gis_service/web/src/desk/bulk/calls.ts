/** Bulk changes as the server speaks of them. */
import { call, get, items } from '../../shared/http';
import type { Page, ProblemBody } from '../../shared/types';

export type BulkState = 'queued' | 'applied' | 'undoing' | 'partly_undone' | 'undone' | 'failed';
export type Changes = Record<string, unknown>;
/** A parcel's id and the version that the preview saw. */
export type Seen = [number, number];

export interface Named {
  id: number;
  parcel_no: string | null;
  parcel_name: string | null;
}

export interface Step {
  field: string;
  before: unknown;
  after: unknown;
}

export interface Preview {
  counts: { changed: number; unchanged: number; refused: number };
  changed: (Named & { fields: Step[] })[];
  unchanged: Named[];
  refused: (Named & { reason: string; message: string })[];
  summary: (Step & { count: number })[];
  seen: Seen[];
}

export interface Bulk {
  id: number;
  state: BulkState;
  state_word: string;
  changes: Changes;
  reason: string | null;
  document_id: number | null;
  count: number;
  error: ProblemBody | null;
  created_by: string;
  created_at: string;
  undone_count: number;
  undone_by: string | null;
  undone_at: string | null;
  undone_reason: string | null;
  parcels?: (Named & { is_undone: boolean; changed_since: boolean })[];
}

export const preview = (ids: number[], changes: Changes): Promise<Preview> =>
  call<Preview>('POST', '/parcels/bulk/preview', { body: { ids, changes } });

export const begin = (seen: Seen[], changes: Changes, reason: string, document_id: number | null): Promise<Bulk> =>
  call<Bulk>('POST', '/parcels/bulk', { body: { seen, changes, reason, document_id } });

export const bulkChanges = (): Promise<Bulk[]> => get<Page<Bulk>>('/parcels/bulk').then(items);
export const bulkChange = (id: number): Promise<Bulk> => get<Bulk>(`/parcels/bulk/${id}`);

export const undo = (id: number, reason: string, rest: boolean): Promise<Bulk> =>
  call<Bulk>('POST', `/parcels/bulk/${id}/undo`, { body: { reason, rest } });
