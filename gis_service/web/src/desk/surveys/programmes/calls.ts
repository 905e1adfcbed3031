/** The calls of survey programmes by name. */
import { call, get, type Seen, seen } from '../../../shared/http';
import type { Preview, Programme, Rule, Said, WholeProgramme } from './types';

const ROOT = '/survey-programmes';

export const calls = {
  list: (signal?: AbortSignal) => get<{ items: Programme[] }>(ROOT, {}, signal),
  one: (id: number, on?: string, signal?: AbortSignal) => seen<WholeProgramme>('GET', `${ROOT}/${id}`, { query: { on }, signal }),
  outlines: (id: number, on?: string, signal?: AbortSignal) => get<{ items: { parcel_id: number; outline: string }[] }>(`${ROOT}/${id}/outlines`, { on }, signal),
  preview: (rule: Rule) => call<Preview>('POST', `${ROOT}/preview`, { body: rule }),
  make: (body: Said) => call<Programme>('POST', ROOT, { body }),
  change: (id: number, etag: string, body: Said): Promise<Seen<Programme>> => seen<Programme>('PATCH', `${ROOT}/${id}`, { body, seen: etag }),
  freeze: (id: number, etag: string, on: string | null) => seen<Programme>('POST', `${ROOT}/${id}/freeze`, { body: { on }, seen: etag }),
  close: (id: number, etag: string) => seen<Programme>('POST', `${ROOT}/${id}/close`, { seen: etag }),
  open: (id: number) => call<{ opened: { id: number; no: string }[] }>('POST', `${ROOT}/${id}/surveys`),
};

export const missingUrl = (id: number, on?: string): string => `/api/v1${ROOT}/${id}/missing.xlsx${on ? `?on=${on}` : ''}`;
