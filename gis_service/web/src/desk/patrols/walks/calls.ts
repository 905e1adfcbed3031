/** The calls of walks by name. */
import { get, type Query } from '../../../shared/http';
import type { MyTracks, OfParcel, Track, Walk, WalkRow } from './types';

export const calls = {
  list: (query: Query, signal?: AbortSignal) => get<{ items: WalkRow[]; next: string | null; people: { id: number; name: string }[] }>('/patrols', query, signal),
  walk: (id: number, signal?: AbortSignal) => get<Walk>(`/patrols/${id}`, {}, signal),
  track: (id: number, reason: string) => get<Track>(`/patrols/${id}/track`, { reason }),
  ofParcel: (id: number) => get<OfParcel>(`/parcels/${id}/patrols`),
  mine: () => get<MyTracks>('/me/tracks'),
};

export const photoUrl = (walk: number, sha256: string): string => `/api/v1/patrols/${walk}/photos/${sha256}/content`;
export const smallUrl = (walk: number, sha256: string): string => `/api/v1/patrols/${walk}/photos/${sha256}/thumbnail`;
