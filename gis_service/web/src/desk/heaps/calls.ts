/** The calls of comparisons and heaps by name. */
import { call, get, type Query } from '../../shared/http';
import type { Comparison, Heap, Options } from './types';

const ROOT = '/elevation-comparisons';

export const heapCalls = {
  listed: (query: Query) => get<{ items: Comparison[]; next: number | null }>(ROOT, query),
  one: (id: number, signal?: AbortSignal) => get<Comparison>(`${ROOT}/${id}`, {}, signal),
  heaps: (id: number, signal?: AbortSignal) => get<{ features: Heap[] }>(`${ROOT}/${id}/heaps`, {}, signal),
  ask: (files: { before: File; after: File }, said: { title: string; before_on: string; after_on: string }, options: Options) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(said)) form.append(name, value);
    form.append('options', JSON.stringify(options));
    form.append('before', files.before);
    form.append('after', files.after);
    return call<Comparison>('POST', ROOT, { form });
  },
  again: (id: number, options: Options) => call<Comparison>('POST', `${ROOT}/${id}/again`, { body: options }),
  withdraw: (id: number, reason: string) => call<Comparison>('POST', `${ROOT}/${id}/withdraw`, { body: { reason } }),
  leave: (id: number, reason: string) => call<Heap>('POST', `/heaps/${id}/leave`, { body: { reason } }),
  offer: (id: number, reason: string) => call<Heap>('POST', `/heaps/${id}/offer`, { body: { reason } }),
  follow: (id: number, reason: string, waste_kind: string) => call<{ heap: Heap; clue_id: number; tracking_no: string }>('POST', `/heaps/${id}/follow`, { body: { reason, waste_kind } }),
};

export const fileUrl = (id: number, side: 'before' | 'after'): string => `/api/v1${ROOT}/${id}/${side}/content`;
