/** What is known of time: days with changes for the slider, and the difference of two days for list and map. */
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem, wasCancelled } from '../../shared/api';
import type { Feature, Geometry } from '../../shared/geojson';
import { bboxOf, look, type Mark, type MarkKind, setMarks } from '../map/state';
import { chosenId, compared, place } from '../state/place';
import { edition } from '../state/rows';
import * as calls from './calls';
import { KINDS, type Change, type DayCount, type Kind, type Totals } from './types';

/** Places whose map has a past. */
export const showsTime = computed(() => place.place === 'parcels' || place.place === 'layers');

export const comparing = computed(() => (place.place === 'parcels' ? compared.value : null));
export const feeding = computed(() => place.place === 'parcels' && !comparing.value && place.query['feed'] === '1');

// ---- days with changes

export const days = shallowRef<DayCount[]>([]);

async function loadDays(): Promise<void> {
  days.value = await calls.days().catch(() => days.value);
}
watch([showsTime, edition], ([shown]) => shown && void loadDays(), { immediate: true });

// ---- the difference of two days

export const changes = shallowRef<Change[]>([]);
export const totals = shallowRef<Totals | null>(null);
export const loading = ref(false);
export const problem = shallowRef<Problem | null>(null);
/** More than this is not held in a browser; the totals are of all. */
export const MOST = 20_000;

let running: AbortController | null = null;

export async function loadDifference(): Promise<void> {
  running?.abort();
  const period = comparing.value;
  if (!period) return forget();
  const mine = (running = new AbortController());
  loading.value = true;
  problem.value = null;
  try {
    await Promise.all([loadRows(period, mine.signal), loadShapes(period, mine.signal)]);
  } catch (cause) {
    if (!wasCancelled(cause)) problem.value = asProblem(cause);
  } finally {
    if (running === mine) loading.value = false;
  }
}

async function loadRows(period: calls.Days, signal: AbortSignal): Promise<void> {
  const fresh: Change[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof calls.difference>> = await calls.difference(period, after, signal);
    fresh.push(...page.items);
    if (page.totals) totals.value = page.totals;
    changes.value = [...fresh];
    after = page.next;
  } while (after && fresh.length < MOST);
}

const PARTS: Record<string, MarkKind> = { gained: 'added', lost: 'removed', kept: 'kept' };

const drawn = shallowRef<Mark[]>([]);

async function loadShapes(period: calls.Days, signal: AbortSignal): Promise<void> {
  const fresh: Feature[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof calls.shapes>> = await calls.shapes(period, after, signal);
    fresh.push(...page.features);
    after = page.next;
  } while (after && fresh.length < MOST);
  drawn.value = fresh.map(({ geometry, properties }) => ({ kind: PARTS[properties['part'] as string]!, geometry: geometry as Geometry, key: properties['parcel_id'] as number }));
  if (chosenId.value === null) look(bboxOf({ type: 'GeometryCollection', geometries: drawn.value.map(({ geometry }) => geometry) }));
}

function forget(): void {
  changes.value = [];
  totals.value = null;
  drawn.value = [];
  problem.value = null;
  loading.value = false;
}

const same = (a: calls.Days | null, b: calls.Days | null | undefined): boolean => a?.from === b?.from && a?.to === b?.to;
watch(comparing, (now, before) => same(now, before) || void loadDifference(), { immediate: true });

// ---- what of it is shown

export const kinds = computed<Kind[]>(() => (place.query['kind'] ?? '').split(',').filter((kind): kind is Kind => KINDS.includes(kind as Kind)));
export const inArea = computed(() => place.query['in'] ?? '');

/** Exactly what list, map and export of a comparison hold. */
export const shownChanges = computed(() =>
  changes.value.filter(
    ({ kind, area }) => (!kinds.value.length || kinds.value.includes(kind)) && (!inArea.value || (area ?? '–') === inArea.value),
  ),
);
export const changeById = computed(() => new Map(changes.value.map((change) => [change.id, change])));

watch([drawn, shownChanges], () => {
  const ids = new Set(shownChanges.value.map(({ id }) => id));
  setMarks('changes', drawn.value.filter(({ key }) => ids.has(key!)));
});
