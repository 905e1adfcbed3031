/** The parcels picked in the list, and where the bulk change stands in the address. */
import { computed, shallowRef } from 'vue';

import { place } from '../state/place';

export const picked = shallowRef<ReadonlySet<number>>(new Set());

export function pickOnly(ids: Iterable<number> = []): void {
  picked.value = new Set(ids);
}

/** Picks or drops these; what was picked elsewhere stays. */
export function pick(ids: Iterable<number>, on: boolean): void {
  const next = new Set(picked.value);
  for (const id of ids) if (on) next.add(id); else next.delete(id);
  picked.value = next;
}

/** The ids from one row to another, whichever comes first; only the second where the first is not there any more. */
export function rangeOf(ids: number[], from: number | null, to: number): number[] {
  const [a, b] = [from === null ? -1 : ids.indexOf(from), ids.indexOf(to)];
  if (a < 0 || b < 0) return [to];
  return ids.slice(Math.min(a, b), Math.max(a, b) + 1);
}

export const BULK = 'bulk';
export const bulkPlace = (id?: number): string => (id === undefined ? BULK : `${BULK}-${id}`);

export const atBulk = computed(() => place.place === 'parcels' && (place.chosen === BULK || !!place.chosen?.startsWith(`${BULK}-`)));
/** The bulk change looked at, or null for a new one. */
export const bulkId = computed(() => (atBulk.value ? Number(place.chosen!.slice(BULK.length + 1)) || null : null));
