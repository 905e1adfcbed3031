/** The comparisons of the list, the chosen one with its heaps, and the heap that is looked at; list and map choose the same one. */
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem, wasCancelled } from '../../shared/api';
import { number } from '../../shared/format';
import { bboxOf, look, type Mark, onMark, setMarks } from '../map/state';
import { chosenId, place, setQuery } from '../state/place';
import { heapCalls } from './calls';
import type { Comparison, Heap } from './types';

export const COMPARISONS = 'elevation_comparisons';
const AGAIN_MS = 1000;
/** As near as a heap of some metres is seen as a shape. */
const CLOSE = 18;
const [SMALLEST, LARGEST] = [11, 18];

export const comparisons = shallowRef<Comparison[]>([]);
export const more = ref<number | null>(null);
export const loading = ref(false);
export const listProblem = shallowRef<Problem | null>(null);
export const comparison = shallowRef<Comparison | null>(null);
export const heaps = shallowRef<Heap[]>([]);
export const detailProblem = shallowRef<Problem | null>(null);
export const making = ref(false);

export const isHere = computed(() => place.place === COMPARISONS);
export const heapId = computed(() => (isHere.value ? Number(place.query['heap']) || null : null));
export const chooseHeap = (id: number | null): void => setQuery({ heap: id === null ? null : String(id) });

export async function loadComparisons(further = false): Promise<void> {
  loading.value = true;
  listProblem.value = null;
  try {
    const page = await heapCalls.listed({ withdrawn: place.query['withdrawn'] === 'yes', after: further ? more.value : null });
    comparisons.value = further ? [...comparisons.value, ...page.items] : page.items;
    more.value = page.next;
  } catch (cause) {
    listProblem.value = asProblem(cause);
  } finally {
    loading.value = false;
  }
}

let reading: AbortController | null = null;
let timer = 0;

/** Reads one, and again every second as long as the worker has it. */
export async function loadComparison(id: number): Promise<void> {
  reading?.abort();
  window.clearTimeout(timer);
  const mine = (reading = new AbortController());
  detailProblem.value = null;
  try {
    const found = await heapCalls.one(id, mine.signal);
    const first = comparison.value?.state !== found.state || comparison.value.id !== id;
    if (found.state === 'done' || found.state === 'withdrawn') heaps.value = (await heapCalls.heaps(id, mine.signal)).features;
    show(found);
    draw();
    if (first && found.extent) look(bboxOf(found.extent), true, CLOSE);
    if (found.state === 'queued') timer = window.setTimeout(() => void loadComparison(id), AGAIN_MS);
  } catch (cause) {
    if (!wasCancelled(cause)) detailProblem.value = asProblem(cause);
  }
}

export function show(found: Comparison): void {
  comparison.value = found;
  comparisons.value = comparisons.value.map((one) => (one.id === found.id ? found : one));
}

/** The volume of a heap decides how large its words are. */
const sizeOf = (heap: Heap): number => {
  const most = Math.max(...heaps.value.map(({ properties }) => properties.best_m3), 1);
  return Math.round(SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(heap.properties.best_m3 / most));
};

function draw(): void {
  if (comparison.value?.state !== 'done') return setMarks('heaps');
  const outlines: Mark[] = heaps.value.map((heap) => ({
    kind: `heap-${heap.properties.state}`, geometry: heap.geometry, key: heap.id, size: sizeOf(heap),
    label: `${heap.properties.seq} · ${number(heap.properties.best_m3)} m³`,
  }));
  const chosen = heaps.value.find(({ id }) => id === heapId.value);
  const extent: Mark[] = comparison.value.extent ? [{ kind: 'before', geometry: comparison.value.extent }] : [];
  setMarks('heaps', [...extent, ...outlines, ...(chosen ? [{ kind: 'chosen', geometry: chosen.geometry, key: chosen.id } as Mark] : [])]);
}

watch(
  () => [isHere.value, place.query['withdrawn']] as const,
  ([here]) => {
    onMark.value = here ? chooseHeap : null;
    if (here) return void loadComparisons();
    window.clearTimeout(timer);
    [comparisons.value, comparison.value, heaps.value, making.value] = [[], null, [], false];
    setMarks('heaps');
    if (place.query['heap']) setQuery({ heap: null });
  },
  { immediate: true },
);
watch(
  () => [isHere.value, chosenId.value] as const,
  ([here, id], before) => {
    if (!here) return;
    window.clearTimeout(timer);
    [comparison.value, heaps.value] = [null, []];
    if (before?.[1] && id !== before[1]) chooseHeap(null);
    if (id === null) setMarks('heaps');
    else void loadComparison(id);
  },
  { immediate: true },
);
watch(heapId, (id) => {
  draw();
  const heap = heaps.value.find((one) => one.id === id);
  if (heap) look(bboxOf(heap.geometry), false, CLOSE);
});
