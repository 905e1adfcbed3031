/** The figures in sight: what was loaded for which day, which figure the map and the trend show, and its rows. */
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem, wasCancelled } from '../../shared/api';
import type { BBox } from '../../shared/types';
import { bboxOf, look, type Mark, painted, setMarks, type Paint } from '../map/state';
import { asOf, place, setQuery } from '../state/place';
import { rowById } from '../state/rows';
import { session } from '../state/session';
import { kpiCalls } from './calls';
import type { Figures, Group, Indicator, Late, Line, Point, Row } from './types';
import { GROUPS, told, USUAL } from './words';

export const catalogue = shallowRef<Indicator[]>([]);
export const notKnown = shallowRef({ zh: '', en: '' });
export const figures = shallowRef<Figures | null>(null);
export const late = shallowRef<{ total: number; items: Late[] }>({ total: 0, items: [] });
export const problem = shallowRef<Problem | null>(null);
export const loading = ref(false);

export const byArea = shallowRef<Line[]>([]);
export const byUnit = shallowRef<Line[]>([]);
export const points = shallowRef<Point[]>([]);
export const rows = shallowRef<Row[]>([]);
export const rowsProblem = shallowRef<Problem | null>(null);
export const rowsReady = ref(false);

export const indicators = computed(() => new Map(catalogue.value.map((one) => [one.code, one])));
export const lines = computed(() => new Map((figures.value?.items ?? []).map((line) => [line.code, line])));
export const here = computed(() => place.place === 'overview');
export const atFigures = computed(() => here.value || place.place === 'indicators');

/** Groups of which this person sees any figure. */
export const groups = computed(() => GROUPS.filter(({ id }) => catalogue.value.some(({ group }) => group === id)));
export const group = computed<Group>(() => {
  const opened = place.chosen ? indicators.value.get(place.chosen)?.group : undefined;
  const wanted = opened ?? (place.query['tab'] as Group | undefined);
  return groups.value.find(({ id }) => id === wanted)?.id ?? groups.value.find(({ id }) => id === '治')?.id ?? groups.value[0]?.id ?? '治';
});
/** The figure on the map and in the trend: the opened one, the one looked at, or the usual one of the group. */
export const shown = computed<Indicator | undefined>(() => {
  const wanted = (here.value && place.chosen) || place.query['kpi'] || '';
  const named = indicators.value.get(wanted);
  const mine = catalogue.value.filter((one) => one.group === group.value);
  return named && (place.chosen || named.group === group.value) ? named : (mine.find(({ code }) => code === USUAL[group.value]) ?? mine[0]);
});
export const area = computed(() => place.query['of_area'] || undefined);
export const unit = computed(() => place.query['of_unit'] || undefined);

let reading: AbortController | null = null;

export async function loadFigures(): Promise<void> {
  reading?.abort();
  const mine = (reading = new AbortController());
  loading.value = true;
  problem.value = null;
  try {
    const known = catalogue.value.length ? null : kpiCalls.catalogue();
    const found = await kpiCalls.figures({ as_of: asOf.value }, mine.signal);
    if (known) {
      const { items, not_known_zh, not_known_en } = await known;
      [catalogue.value, notKnown.value] = [items, { zh: not_known_zh, en: not_known_en }];
    }
    figures.value = found;
    late.value = await kpiCalls.late({ as_of: asOf.value, most: 12 }, mine.signal);
  } catch (cause) {
    if (!wasCancelled(cause)) problem.value = asProblem(cause);
  } finally {
    if (reading === mine) loading.value = false;
  }
}

let looking: AbortController | null = null;

/** What belongs to the shown figure: its areas, units and twelve months, then the rows behind it. */
async function loadShown(code: string): Promise<void> {
  looking?.abort();
  const mine = (looking = new AbortController());
  const query = { codes: code, as_of: asOf.value };
  rowsReady.value = false;
  rowsProblem.value = null;
  try {
    const [areas, units, behind] = await Promise.all([
      kpiCalls.figures({ ...query, by: 'area' }, mine.signal),
      kpiCalls.figures({ ...query, by: 'unit' }, mine.signal),
      kpiCalls.rows(code, { as_of: asOf.value, area: area.value, unit: unit.value }, mine.signal),
    ]);
    [byArea.value, byUnit.value, rows.value] = [areas.items, units.items, behind.items];
    rowsReady.value = true;
    paint();
    const box = session.areas.find(({ name }) => name === area.value)?.bbox;
    if (box) look(box as BBox, true);
    points.value = (await kpiCalls.trend(query, mine.signal)).items;
  } catch (cause) {
    if (!wasCancelled(cause)) rowsProblem.value = asProblem(cause);
  }
}

/** How a parcel is coloured: counted or not, for good or for ill. */
function paintOf(one: Indicator, row: Row): Paint {
  if (one.is_ratio) return row.counted === (one.up ?? true) ? 'done' : 'open';
  return one.up === false ? 'ill' : 'plain';
}

function paint(): void {
  const one = shown.value;
  if (!here.value || !one) return;
  const found = new Map<number, Paint>();
  for (const row of rows.value) {
    const own = paintOf(one, row);
    // a parcel with several rows shows the one that wants something done
    for (const id of row.parcels) if (found.get(id) !== 'open' && found.get(id) !== 'ill') found.set(id, own);
  }
  painted.value = { of: found, title: [one.zh, one.en[0]!.toUpperCase() + one.en.slice(1)], kinds: [...new Set(found.values())] };
  setMarks('kpi', session.areas.flatMap(({ name, bbox }) => areaMark(one, name, bbox)));
}

function areaMark(one: Indicator, name: string, bbox: BBox | readonly number[] | null | undefined): Mark[] {
  const line = byArea.value.find((each) => each.area === name);
  if (!bbox || !line) return [];
  const [west, south, east, north] = bbox as BBox;
  return [{ kind: 'words', geometry: { type: 'Point', coordinates: [(west + east) / 2, (south + north) / 2] }, label: `${name} ${told(one, line.value)}`, size: 14 }];
}

/** Brings the parcels of a row into sight. */
export function lookAtParcels(ids: number[]): void {
  const boxes = ids.flatMap((id) => { const box = rowById.value.get(id)?.bbox; return box ? [box.slice(0, 2), box.slice(2)] : []; });
  if (boxes.length) look(bboxOf({ type: 'MultiPoint', coordinates: boxes as [number, number][] }), true, 16.5);
}

watch(() => (atFigures.value ? (asOf.value ?? 'now') : null), (day) => day && void loadFigures(), { immediate: true });
watch(
  () => (here.value && shown.value ? [shown.value.code, asOf.value, area.value, unit.value].join('|') : null),
  (now) => now && void loadShown(shown.value!.code),
  { immediate: true },
);
watch(here, (now) => {
  if (now) return paint();
  painted.value = null;
  setMarks('kpi');
  if (area.value || unit.value) setQuery({ of_area: null, of_unit: null });
});
