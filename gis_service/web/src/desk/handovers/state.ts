/** The batches of the list, the chosen one, which of its parcels are ticked, and what became of the last act. */
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem, type Seen, wasCancelled } from '../../shared/api';
import type { Geometry } from '../../shared/geojson';
import { bboxOf, look, type Mark, setMarks } from '../map/state';
import { chosenId, place } from '../state/place';
import { calls } from './calls';
import type { Act, Batch, Row, WholeBatch } from './types';

export const BATCHES = 'handover_batches';
const WAIT_MS = 1000;

export const batches = shallowRef<Batch[]>([]);
export const loading = ref(false);
export const listProblem = shallowRef<Problem | null>(null);
export const batch = shallowRef<Seen<WholeBatch> | null>(null);
export const batchProblem = shallowRef<Problem | null>(null);
export const ticked = shallowRef<ReadonlySet<number>>(new Set());
export const last = shallowRef<Act | null>(null);

export const isHere = computed(() => place.place === BATCHES);
export const rows = computed<Row[]>(() => batch.value?.value.handovers ?? []);
export const chosenRows = computed(() => rows.value.filter(({ id }) => ticked.value.has(id)));

export async function loadBatches(): Promise<void> {
  loading.value = true;
  listProblem.value = null;
  try {
    batches.value = (await calls.list()).items;
  } catch (cause) {
    listProblem.value = asProblem(cause);
  } finally {
    loading.value = false;
  }
}

let reading: AbortController | null = null;

export async function loadBatch(id: number): Promise<void> {
  reading?.abort();
  const mine = (reading = new AbortController());
  batchProblem.value = null;
  try {
    show(await calls.one(id, mine.signal));
  } catch (cause) {
    if (!wasCancelled(cause)) batchProblem.value = asProblem(cause);
  }
}

export function show(fresh: Seen<WholeBatch>): void {
  batch.value = fresh;
  const there = new Set(fresh.value.handovers.map(({ id }) => id));
  ticked.value = new Set([...ticked.value].filter((id) => there.has(id)));
  batches.value = batches.value.map((one) => (one.id === fresh.value.id ? fresh.value : one));
  draw();
}

/** The land of the batch, what is blocked apart from the rest. */
function draw(): void {
  const there = rows.value.filter(({ state }) => !['withdrawn', 'refused'].includes(state.code));
  const marks: Mark[] = there.map((row) => ({ kind: row.blockers.length ? 'warning' : 'chosen', geometry: JSON.parse(row.outline) as Geometry, label: row.parcel_no }));
  setMarks('batch', marks);
  const boxes = marks.map(({ geometry }) => bboxOf(geometry)).filter((box) => box !== null);
  if (boxes.length) look([Math.min(...boxes.map((b) => b[0])), Math.min(...boxes.map((b) => b[1])), Math.max(...boxes.map((b) => b[2])), Math.max(...boxes.map((b) => b[3]))]);
}

/** An act that was sent: waits for the worker where it has it, then shows what became of each parcel. */
export async function follow(act: Act): Promise<void> {
  const id = batch.value!.value.id;
  last.value = act;
  while (last.value.state === 'queued' && chosenId.value === id) {
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    last.value = await calls.act(id, act.id);
  }
  await loadBatch(id);
}

export function tick(ids: Iterable<number>, on: boolean): void {
  const next = new Set(ticked.value);
  for (const id of ids) if (on) next.add(id); else next.delete(id);
  ticked.value = next;
}

watch(isHere, (here) => here && void loadBatches(), { immediate: true });
watch(
  () => [isHere.value, chosenId.value] as const,
  ([here, id]) => {
    if (!here) return setMarks('batch');
    if (batch.value?.value.id === id) return draw();
    batch.value = last.value = null;
    ticked.value = new Set();
    setMarks('batch');
    if (id !== null) void loadBatch(id);
  },
  { immediate: true },
);
