/** The calls of time: days with changes, the difference of two days, the feed, and taking a change back. */
import type { Feature } from '../../shared/geojson';
import { get, seen } from '../../shared/http';
import type { Page, Parcel } from '../../shared/types';
import type { DayCount, Difference, FeedRow, ToldVersion } from './types';

const CHANGES = '/parcels/changes';

export interface Days {
  from: string;
  to: string;
}

export interface Undo {
  reason: string;
  document_id?: number;
  anyway?: boolean;
}

export const days = (): Promise<DayCount[]> => get<{ items: DayCount[] }>(`${CHANGES}/days`).then(({ items }) => items);

export const difference = ({ from, to }: Days, after: string | null, signal: AbortSignal): Promise<Difference> =>
  get<Difference>(CHANGES, { from, to, after, limit: 1000 }, signal);

export const shapes = ({ from, to }: Days, after: string | null, signal: AbortSignal): Promise<{ features: Feature[]; next: string | null }> =>
  get(`${CHANGES}/geojson`, { from, to, after, limit: 5000 }, signal);

export const feed = (query: { to?: string; document?: number; after?: string | null }, signal: AbortSignal): Promise<Page<FeedRow>> =>
  get<Page<FeedRow>>(`${CHANGES}/feed`, { ...query, limit: 100 }, signal);

export const versions = (id: number, as_of?: string): Promise<ToldVersion[]> =>
  get<Page<ToldVersion>>(`/parcels/${id}/versions`, { as_of }).then(({ items }) => items);

export const undo = (id: number, version: number, etag: string, body: Undo) =>
  seen<Parcel>('POST', `/parcels/${id}/versions/${version}/undo`, { body, seen: etag });
