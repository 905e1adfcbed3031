/** Import batches: the list, the chosen one with its rows and outlines, and asking again while one is being read. */
import { computed, ref, shallowRef, watch } from 'vue';

import { api, asProblem, type Problem } from '../../shared/api';
import type { ImportState } from '../../shared/types';
import type { DeskBatch, DeskRow } from '../imports/types';
import { bboxOf, look, type Mark, setMarks } from '../map/state';
import { chosenId, place } from './place';

export const batches = shallowRef<DeskBatch[]>([]);
export const batch = shallowRef<DeskBatch | null>(null);
export const staged = shallowRef<DeskRow[]>([]);
export const listProblem = shallowRef<Problem | null>(null);
export const batchProblem = shallowRef<Problem | null>(null);
export const listLoaded = ref(false);

const RUNNING: ImportState[] = ['queued', 'reading', 'checking', 'accepting'];
export const isRunning = (state: ImportState): boolean => RUNNING.includes(state);
const ASK_AGAIN_MS = 800;

export async function loadBatches(): Promise<void> {
  try {
    batches.value = await api.imports();
    listProblem.value = null;
  } catch (cause) {
    listProblem.value = asProblem(cause);
  }
  listLoaded.value = true;
}

/** Shows the newest state of a batch, in the list too. */
export function showBatch(fresh: DeskBatch): void {
  batch.value = fresh;
  const known = batches.value.some(({ id }) => id === fresh.id);
  batches.value = known ? batches.value.map((one) => (one.id === fresh.id ? fresh : one)) : [fresh, ...batches.value];
}

let timer = 0;

async function loadBatch(id: number): Promise<void> {
  clearTimeout(timer);
  try {
    const fresh = await api.importBatch(id);
    if (chosenId.value !== id) return;
    const was = batch.value?.id === id ? batch.value.state : null;
    showBatch(fresh);
    batchProblem.value = null;
    if (isRunning(fresh.state)) timer = window.setTimeout(() => void loadBatch(id), ASK_AGAIN_MS);
    else if (was !== fresh.state) await loadContent(id);
  } catch (cause) {
    batchProblem.value = asProblem(cause);
  }
}

async function loadContent(id: number, still = false): Promise<void> {
  const rows: DeskRow[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof api.importRows>> = await api.importRows(id, after);
    rows.push(...(page.items as DeskRow[]));
    after = page.next;
  } while (after);
  if (chosenId.value !== id) return;
  staged.value = rows;
  if (rows.length) await drawPreview(id, still);
}

async function drawPreview(id: number, still: boolean): Promise<void> {
  const { features } = await api.importShape(id);
  if (chosenId.value !== id || place.place !== 'imports') return;
  const preview = features.flatMap((feature): Mark[] => {
    if (!feature.geometry) return [];
    const { row, verdict, parcel_no } = feature.properties as { row: number; verdict: Mark['kind']; parcel_no?: string };
    return [{ kind: verdict ?? 'ok', geometry: feature.geometry, key: row, label: parcel_no ?? `${row}` }];
  });
  setMarks('preview', preview);
  const geometries = preview.map(({ geometry }) => geometry);
  if (!still) look(bboxOf({ type: 'GeometryCollection', geometries }), true);
}

/** Goes on with a batch after an act that changed it: shows its rows anew, or asks again while it is being worked on. */
export function follow(fresh: DeskBatch): void {
  if (isRunning(fresh.state)) {
    showBatch(fresh);
    void loadBatch(fresh.id);
  } else {
    void api.importBatch(fresh.id).then(showBatch, () => showBatch(fresh));
    void loadContent(fresh.id, true);
  }
}

function forget(): void {
  clearTimeout(timer);
  batch.value = null;
  staged.value = [];
  batchProblem.value = null;
  setMarks('preview');
}

export const openBatch = computed(() => (place.place === 'imports' ? chosenId.value : null));

watch(openBatch, (id) => {
  forget();
  if (id !== null) void loadBatch(id);
}, { immediate: true });

export const reloadBatch = (): void => {
  if (openBatch.value !== null) void loadBatch(openBatch.value);
};
