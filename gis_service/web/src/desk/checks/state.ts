/** The faults the list shows, the chosen one with both its parcels, and what of them is drawn on the map. */
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem, wasCancelled } from '../../shared/api';
import type { Geometry } from '../../shared/geojson';
import { lang } from '../../shared/i18n';
import type { BBox } from '../../shared/types';
import { look, type Mark, setMarks } from '../map/state';
import { chosenId, place } from '../state/place';
import { calls } from './calls';
import type { Fault, FaultDetail, Level, Summary } from './types';

const PAGE = 1000;
/** More than this is not held in a list: it says so and asks for a narrower question. */
export const MOST = 5000;

export const faults = shallowRef<Fault[]>([]);
export const total = ref(0);
export const summary = shallowRef<Summary | null>(null);
export const fault = shallowRef<FaultDetail | null>(null);
export const loaded = ref(false);
export const loading = ref(false);
export const listProblem = shallowRef<Problem | null>(null);
export const faultProblem = shallowRef<Problem | null>(null);

export const isHere = computed(() => place.place === 'checks');

/** The filters of the list, as the address holds them. */
export const asked = computed(() => ({
  state: place.query['fault_state'] || 'open',
  level: place.query['fault_level'] || undefined,
  area: place.query['fault_area'] || undefined,
}));

export interface Group {
  rule: string;
  level: Level;
  title: string;
  faults: Fault[];
}

/** By rule, the worst first: in the order of the server's summary. */
export const groups = computed<Group[]>(() => {
  const order = summary.value?.items.map(({ rule }) => rule) ?? [];
  const found = new Map<string, Group>();
  for (const one of faults.value) {
    const group = found.get(one.rule) ?? { rule: one.rule, level: one.level, title: one.title, faults: [] };
    group.faults.push(one);
    found.set(one.rule, group);
  }
  return [...found.values()].sort((a, b) => order.indexOf(a.rule) - order.indexOf(b.rule));
});

let running: AbortController | null = null;

export async function loadFaults(): Promise<void> {
  running?.abort();
  const mine = (running = new AbortController());
  loading.value = true;
  listProblem.value = null;
  try {
    const [counts, fresh] = await Promise.all([calls.summary(asked.value.area), allPages(mine.signal)]);
    summary.value = counts;
    faults.value = fresh;
    loaded.value = true;
  } catch (cause) {
    if (!wasCancelled(cause)) listProblem.value = asProblem(cause);
  } finally {
    if (running === mine) loading.value = false;
  }
}

async function allPages(signal: AbortSignal): Promise<Fault[]> {
  const fresh: Fault[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof calls.faults>> = await calls.faults({ ...asked.value, limit: PAGE, after }, signal);
    fresh.push(...page.items);
    total.value = page.total ?? fresh.length;
    after = page.next;
  } while (after && fresh.length < MOST);
  return fresh;
}

let opening: AbortController | null = null;

export async function loadFault(id: number): Promise<void> {
  opening?.abort();
  const mine = (opening = new AbortController());
  faultProblem.value = null;
  try {
    showFault(await calls.fault(id, mine.signal));
  } catch (cause) {
    if (wasCancelled(cause)) return;
    fault.value = null;
    setMarks('fault');
    faultProblem.value = asProblem(cause);
  }
}

function showFault(fresh: FaultDetail): void {
  const moved = fault.value?.id !== fresh.id;
  fault.value = fresh;
  setMarks('fault', marksOf(fresh));
  if (moved) look(around(fresh.bbox), true, CLOSEST);
}

/** After a decision: what the server answered is shown, and the list is asked again. */
export async function decided(fresh: FaultDetail): Promise<void> {
  showFault(fresh);
  await loadFaults();
}

const CLOSEST = 19.5;
/** Around a fault some land is shown too, in degrees: about 10 m, or as much again as the fault is long. */
const LEAST_AROUND = 0.0001;
const SMALL = 0.0002;

function around([west, south, east, north]: BBox): BBox {
  const more = Math.max(LEAST_AROUND, (east - west) / 4, (north - south) / 4);
  return [west - more, south - more, east + more, north + more];
}

const SHAPES: Partial<Record<Geometry['type'], Mark['kind']>> = {
  Polygon: 'fault-area', MultiPolygon: 'fault-area', LineString: 'fault-line', MultiLineString: 'fault-line',
};

/** The fault itself, strongly; the outlines of its parcels; and a ring around what is too small to see. */
function marksOf(one: FaultDetail): Mark[] {
  const [west, south, east, north] = one.bbox;
  const isSmall = Math.max(east - west, north - south) < SMALL;
  const parts = one.geometry.type === 'GeometryCollection' ? one.geometry.geometries : [one.geometry];
  const outlines = one.parcels.map(({ geometry, parcel_no }, at): Mark => ({ kind: at ? 'before' : 'after', geometry, label: parcel_no }));
  const shapes = parts.map((geometry): Mark => ({ kind: SHAPES[geometry.type] ?? 'fault', geometry }));
  const ring: Mark[] = isSmall && shapes.some(({ kind }) => kind !== 'fault') ? [{ kind: 'fault', geometry: { type: 'Point', coordinates: one.spot } }] : [];
  return [...outlines, ...shapes, ...ring];
}

const SPOTS: Record<Level, Mark['kind']> = { error: 'spot-error', warning: 'spot-warning', info: 'spot-info' };

/** The list on the map: a point for each fault, but for the one that is drawn as it is. */
function drawSpots(): void {
  const shown = isHere.value ? faults.value.filter(({ id }) => id !== chosenId.value) : [];
  setMarks('spots', shown.map(({ id, level, spot }) => ({ kind: SPOTS[level], geometry: { type: 'Point', coordinates: spot }, key: id })));
}

function leave(): void {
  opening?.abort();
  fault.value = null;
  faultProblem.value = null;
  setMarks('fault');
}

watch([isHere, asked, lang], ([here]) => here && void loadFaults(), { immediate: true });
watch([faults, isHere, chosenId], drawSpots);
watch([isHere, chosenId, lang], ([here, id]) => (here && id !== null ? void loadFault(id) : leave()), { immediate: true });
