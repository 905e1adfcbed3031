/** The calls of handover batches by name. */
import { call, get, type Seen, seen } from '../../shared/http';
import type { Act, Batch, WholeBatch } from './types';

const ROOT = '/handover-batches';

export interface BatchSaid {
  title: string;
  giving_unit_id: number;
  receiving_unit_id: number;
  witness_unit_id: number | null;
  planned_on: string | null;
}

export const calls = {
  list: (signal?: AbortSignal) => get<{ items: Batch[]; next: number | null }>(ROOT, {}, signal),
  one: (id: number, signal?: AbortSignal) => seen<WholeBatch>('GET', `${ROOT}/${id}`, { signal }),
  create: (body: BatchSaid) => call<WholeBatch>('POST', ROOT, { body }),
  close: (id: number, etag: string): Promise<Seen<WholeBatch>> => seen<WholeBatch>('POST', `${ROOT}/${id}/close`, { seen: etag }),
  add: (id: number, body: { ids: number[] } | { filters: Record<string, string> }) => call<Act>('POST', `${ROOT}/${id}/parcels`, { body }),
  step: (id: number, body: Record<string, unknown>) => call<Act>('POST', `${ROOT}/${id}/steps`, { body }),
  papers: (id: number, body: Record<string, unknown>) => call<Act>('POST', `${ROOT}/${id}/papers`, { body }),
  upload: (id: number, file: File, kind: string, ids: number[], docNo: string): Promise<Act> => {
    const form = new FormData();
    form.append('file', file);
    form.append('kind', kind);
    form.append('ids', ids.join(','));
    if (docNo) form.append('doc_no', docNo);
    return call<Act>('POST', `${ROOT}/${id}/papers/upload`, { form });
  },
  sign: (id: number, body: Record<string, unknown>) => call<Act>('POST', `${ROOT}/${id}/signatures`, { body }),
  act: (id: number, act: number) => get<Act>(`${ROOT}/${id}/acts/${act}`),
};

export const listUrl = (id: number): string => `/api/v1${ROOT}/${id}/list.xlsx`;
