/** Atlases over HTTP: order one, how they are, cancel, fetch. */
import { call, get, send } from '../../shared/http';
import type { FileJob } from '../exports/jobs';
import type { Kind } from '../sheets/types';

export interface AtlasJob extends FileJob {
  kind: string;
  size: string | null;
  title: string;
}

export interface Atlases {
  items: AtlasJob[];
  most_pages: number;
  keep_days: number;
}

export interface Order {
  kind: string;
  size: string;
  title: string;
  as_of?: string;
  filters: Record<string, string>;
  ids: number[];
}

export const calls = {
  kinds: () => get<Kind[]>('/sheets').then((kinds) => kinds.filter(({ subject }) => subject === 'parcel')),
  list: () => get<Atlases>('/atlases', { limit: 5 }),
  order: (order: Order) => call<AtlasJob>('POST', '/atlases', { body: order }),
  cancel: (id: number) => call<AtlasJob>('POST', `/atlases/${id}/cancel`),
  file: (id: number) => send('GET', `/atlases/${id}/file`),
};
