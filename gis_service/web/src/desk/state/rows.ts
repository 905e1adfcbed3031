/** The rows of the register that the list and the map share: loaded whole, filtered and sorted here. */
import { computed, ref, shallowRef, watch } from 'vue';

import { api, asProblem, type Problem, wasCancelled } from '../../shared/api';
import type { ParcelRow } from '../../shared/types';
import { COLUMNS, columnOf } from '../parcels/columns';
import { filterRows, readFilters, readSort, sortRows } from '../parcels/filters';
import { matched } from '../search/matched';
import { asOf, place } from './place';

const PAGE = 5000;
/** More than this is not held in a browser: the list says so and asks for a narrower question. */
export const MOST = 20000;

export const rows = shallowRef<ParcelRow[]>([]);
export const total = ref(0);
export const loading = ref(false);
export const loaded = ref(false);
export const problem = shallowRef<Problem | null>(null);
/** Counts up with every load, so that tiles of the same address are fetched again after a change. */
export const edition = ref(0);

let running: AbortController | null = null;

/** Loads the register page by page; what was there stays until the new rows have come. */
export async function loadRows(): Promise<void> {
  running?.abort();
  const mine = (running = new AbortController());
  loading.value = true;
  problem.value = null;
  try {
    const fresh = await allPages(mine.signal);
    rows.value = fresh;
    loaded.value = true;
    edition.value += 1;
  } catch (cause) {
    if (!wasCancelled(cause)) problem.value = asProblem(cause);
  } finally {
    if (running === mine) loading.value = false;
  }
}

/** At the first opening the first page is shown while the others come. */
function showFirst(page: ParcelRow[]): void {
  rows.value = [...page];
  loaded.value = true;
}

async function allPages(signal: AbortSignal): Promise<ParcelRow[]> {
  const fresh: ParcelRow[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof api.parcels>> = await api.parcels(
      { as_of: asOf.value, sort: 'parcel_no', limit: PAGE, after },
      signal,
    );
    fresh.push(...page.items);
    total.value = page.total ?? fresh.length;
    after = page.next;
    if (!loaded.value) showFirst(fresh);
  } while (after && fresh.length < MOST);
  return fresh;
}

watch(asOf, loadRows);

export const search = computed(() => place.query['q'] ?? '');
export const filters = computed(() => readFilters(COLUMNS, place.query));
export const sort = computed(() => readSort(place.query['sort']));
export const isFiltered = computed(() => search.value.trim() !== '' || Object.keys(filters.value).length > 0);

const filtered = computed(() => filterRows(rows.value, COLUMNS, filters.value, search.value, matched.value));

/** Exactly what the list shows, in its order. */
export const shown = computed(() =>
  sort.value.column === 'parcel_no' && !sort.value.down ? filtered.value : sortRows(filtered.value, columnOf(sort.value.column), sort.value.down),
);

export const shownIds = computed(() => (isFiltered.value ? new Set(filtered.value.map((row) => row.id)) : null));
export const rowById = computed(() => new Map(rows.value.map((row) => [row.id, row])));
