/** The calls of layouts by name. */
import { call, get, type Seen, seen } from '../../shared/http';
import type { Choices, Definition, Layout, Preview } from './types';

const ROOT = '/sheet-layouts';

export const calls = {
  list: (archived: boolean) => get<{ items: Layout[] }>(ROOT, { archived: archived || null }),
  choices: () => get<Choices>(`${ROOT}/choices`),
  one: (id: number): Promise<Seen<Layout>> => seen<Layout>('GET', `${ROOT}/${id}`, {}),
  make: (name: string, definition: Definition): Promise<Seen<Layout>> => seen<Layout>('POST', ROOT, { body: { name, definition } }),
  change: (id: number, etag: string, name: string, definition: Definition): Promise<Seen<Layout>> => seen<Layout>('PUT', `${ROOT}/${id}`, { body: { name, definition }, seen: etag }),
  put: (id: number, etag: string, away: boolean): Promise<Seen<Layout>> => seen<Layout>('POST', `${ROOT}/${id}/${away ? 'archive' : 'restore'}`, { seen: etag }),
  preview: (definition: Definition, subject: string, asOf: string | undefined, page: number, signal: AbortSignal) =>
    call<Preview>('POST', `${ROOT}/preview`, { body: { definition, subject, as_of: asOf ?? null, page }, signal }),
};
