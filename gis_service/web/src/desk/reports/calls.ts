/** The calls of monthly reports by name. */
import { call, get } from '../../shared/http';
import type { Column, Month, Note, Pack, Table } from './types';

export const reportCalls = {
  months: () => get<{ items: Month[]; columns: Column[] }>('/monthly-reports'),
  table: (month: string, edition: number | null, signal?: AbortSignal) => get<Table>(`/monthly-reports/${month}/table`, { edition }, signal),
  write: (month: string, parcel: number, version: number, body: Record<string, unknown>) =>
    call<Note>('PUT', `/monthly-notes/${month}/${parcel}`, { body, seen: `"note-${month}-${parcel}.${version}"` }),
  make: (month: string, reason: string) => call<Pack>('POST', '/monthly-packs', { body: { month, reason } }),
  pack: (id: number) => get<Pack>(`/monthly-packs/${id}`),
  cancel: (id: number) => call<Pack>('POST', `/monthly-packs/${id}/cancel`),
};
