/** The calls of the checks by name. */
import { call, get, type Query } from '../../shared/http';
import type { Page } from '../../shared/types';
import type { Fault, FaultDetail, Summary } from './types';

export const calls = {
  faults: (query: Query, signal?: AbortSignal) => get<Page<Fault>>('/topology/faults', query, signal),
  fault: (id: number, signal?: AbortSignal) => get<FaultDetail>(`/topology/faults/${id}`, undefined, signal),
  summary: (area: string | undefined) => get<Summary>('/topology/summary', { area }),
  accept: (fault: Fault, reason: string) =>
    call<FaultDetail>('POST', `/topology/faults/${fault.id}/accept`, { body: { reason }, seen: fault.etag }),
  reopen: (fault: Fault) => call<FaultDetail>('POST', `/topology/faults/${fault.id}/reopen`, { seen: fault.etag }),
};
