/** The ranking, the runs of hotspots and the cells of the chosen one. */
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem } from '../../shared/api';
import { today } from '../../shared/format';
import { onParcel, setMarks } from '../map/state';
import { asOf, choose, place } from '../state/place';
import { riskCalls } from './calls';
import type { Cell, Ranking, Run } from './types';

export type View = 'ranking' | 'hotspots';

export const ranking = shallowRef<Ranking | null>(null);
export const runs = shallowRef<Run[] | null>(null);
export const cells = shallowRef<Cell[]>([]);
export const problem = shallowRef<Problem | null>(null);
/** The cell that was chosen in the list. */
export const cellSeq = ref<number | null>(null);

export const view = computed<View>(() => (place.query['risk'] === 'hotspots' ? 'hotspots' : 'ranking'));
const here = computed(() => place.place === 'patrols' && place.query['patrol'] === 'risk');
export const shownRanking = computed(() => here.value && view.value === 'ranking');
export const shownHotspots = computed(() => here.value && view.value === 'hotspots');

const ended = (day: string): number => new Date(`${day}T23:59:59.999+08:00`).getTime();
/** Of usual runs only those of the day looked at, or before. */
const known = computed(() => (runs.value ?? []).filter((one) => !asOf.value || new Date(one.as_of).getTime() <= ended(asOf.value)));
/** The newest usual run; the layer of the map shows it. */
export const usual = computed(() => known.value.find((one) => one.standing && one.state === 'done') ?? null);
export const run = computed<Run | null>(() => known.value.find(({ id }) => String(id) === place.query['run']) ?? usual.value);

/** The layer of the map that this page is about; other periods than the usual are drawn by the page itself. */
export const riskLayer = computed(() => (shownRanking.value ? 'risk' : shownHotspots.value && run.value?.id === usual.value?.id ? 'hotspot' : null));

async function loading(load: () => Promise<void>): Promise<void> {
  problem.value = null;
  try {
    await load();
  } catch (cause) {
    problem.value = asProblem(cause);
  }
}

export const loadRanking = (): Promise<void> =>
  loading(async () => {
    ranking.value = await riskCalls.ranking(asOf.value);
  });

export const loadRuns = (): Promise<void> =>
  loading(async () => {
    runs.value = await riskCalls.runs();
  });

const PAUSE_MS = 1500;
let waiting = 0;

watch([shownRanking, asOf], ([shown]) => shown && void loadRanking(), { immediate: true });
/** Here a click on the map chooses a parcel of the ranking. */
watch(shownRanking, (shown) => (onParcel.value = shown ? choose : null), { immediate: true });
watch(shownHotspots, (shown) => shown && void loadRuns(), { immediate: true });
watch(
  [shownHotspots, run],
  ([shown, one]) => {
    clearTimeout(waiting);
    if (!shown || !one) return setMarks('hotspots');
    if (one.state === 'queued') waiting = window.setTimeout(() => void loadRuns(), PAUSE_MS);
    else void loading(async () => {
      cells.value = await riskCalls.cells(one.id);
      cellSeq.value = null;
    });
  },
  { immediate: true },
);
watch(
  [shownHotspots, cells, cellSeq, riskLayer],
  () => {
    if (!shownHotspots.value) return setMarks('hotspots');
    const own = riskLayer.value ? [] : cells.value.filter(({ properties }) => properties.grade.startsWith('hot'));
    const chosen = cells.value.filter(({ properties }) => properties.seq === cellSeq.value);
    setMarks('hotspots', [
      ...own.map(({ geometry, properties }) => ({ kind: properties.grade as 'hot99', geometry })),
      ...chosen.map(({ geometry }) => ({ kind: 'chosen' as const, geometry })),
    ]);
  },
);

/** The first day of a period of months that ends today. */
export function monthsAgo(months: number, from: string = today()): string {
  const [year, month, day] = from.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 - months, Math.min(day, last))).toISOString().slice(0, 10);
}
