/** What the search asks of the server, and what it answers. */
import { get, items } from '../../shared/http';
import type { BBox, Page } from '../../shared/types';

export type HitKind = 'parcel' | 'area' | 'unit' | 'place' | 'document';
export type How = 'exact' | 'prefix' | 'within' | 'pinyin' | 'initials' | 'fuzzy';

/** One thing that may be meant by what was typed, and why. */
export interface Hit {
  kind: HitKind;
  id: number;
  label: string;
  title: string | null;
  more: string | null;
  bbox: BBox | null;
  retired: boolean;
  field: string;
  value: string;
  how: How;
  /** Parts of `value` that were found, [from, to) in characters. */
  marks: [number, number][];
}

export const search = (q: string, signal: AbortSignal): Promise<Hit[]> =>
  get<Page<Hit>>('/search', { q, limit: 10 }, signal).then(items);

/** The ids of the parcels that the search lets through. */
export const matchingIds = (q: string, as_of: string | undefined, signal: AbortSignal): Promise<number[]> =>
  get<{ ids: number[] }>('/search/parcels', { q, as_of }, signal).then(({ ids }) => ids);
