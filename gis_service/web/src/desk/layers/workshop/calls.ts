/** The calls of the workshop by name. */
import { call, get, type Seen, seen } from '../../../shared/http';
import type { Checked, Content, Said, Workshop } from './types';

const at = (layer: string): string => `/layers/${layer}/versions`;

export const calls = {
  open: (layer: string): Promise<Seen<Workshop>> => seen<Workshop>('GET', at(layer), {}),
  one: (layer: string, version: number) => get<{ content: Content; changes: Said[] }>(`${at(layer)}/${version}`),
  check: (layer: string, content: Content, signal: AbortSignal) => call<Checked>('POST', `${at(layer)}/check`, { body: { content }, signal }),
  save: (layer: string, etag: string, content: Content, reason: string): Promise<Seen<Workshop>> => seen<Workshop>('POST', at(layer), { body: { content, reason }, seen: etag }),
  restore: (layer: string, etag: string, version: number, reason: string): Promise<Seen<Workshop>> => seen<Workshop>('POST', `${at(layer)}/restore`, { body: { version, reason }, seen: etag }),
};
