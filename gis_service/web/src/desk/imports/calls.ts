/** The calls of the import's desk. */
import { call, get } from '../../shared/http';
import type { Columns, Comparison, DeskBatch, Fix, Preview, RowDetail } from './types';

interface Mending {
  fix: Fix;
  rows?: number[];
}

export interface Remapping {
  columns: Record<string, string>;
  class_system?: string | null;
  sender?: string | null;
  remember: boolean;
}

export const senders = (): Promise<string[]> =>
  get<{ items: { sender: string }[] }>('/import-senders').then(({ items }) => items.map(({ sender }) => sender));
export const columnsOf = (id: number): Promise<Columns> => get<Columns>(`/imports/${id}/columns`);
export const remap = (id: number, body: Remapping): Promise<DeskBatch> => call('POST', `/imports/${id}/remap`, { body });
export const rowOf = (id: number, row: number): Promise<RowDetail> => get<RowDetail>(`/imports/${id}/rows/${row}`);
export const preview = (id: number, body: Mending): Promise<{ items: Preview[]; rows: number; shown: number }> =>
  call('POST', `/imports/${id}/fixes/preview`, { body });
export const mend = (id: number, body: Mending): Promise<DeskBatch> => call('POST', `/imports/${id}/fixes`, { body });
export const unmend = (id: number, rows: number[]): Promise<DeskBatch> =>
  call('POST', `/imports/${id}/fixes/undo`, { body: { rows } });
export const checkAgain = (id: number): Promise<DeskBatch> => call('POST', `/imports/${id}/check`);
export const changesOf = (id: number, after?: string | null): Promise<Comparison> =>
  get<Comparison>(`/imports/${id}/changes`, { after });
export const reportAddress = (id: number, kind: 'xlsx' | 'csv'): string => `/api/v1/imports/${id}/report.${kind}`;
export const accept = (
  id: number, body: { good_rows: boolean; reason?: string; document_id?: number | null },
): Promise<DeskBatch> => call('POST', `/imports/${id}/accept`, { body });
