/** The clues the inbox shows, the chosen one, and where they lie on the map. */
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem, wasCancelled } from '../../shared/api';
import { look, type Mark, setMarks } from '../map/state';
import { chosenId, place } from '../state/place';
import { calls } from './calls';
import type { Clue, WholeClue } from './types';

export const clues = shallowRef<Clue[]>([]);
export const more = ref<number | null>(null);
export const loading = ref(false);
export const listProblem = shallowRef<Problem | null>(null);
export const clue = shallowRef<WholeClue | null>(null);
export const clueProblem = shallowRef<Problem | null>(null);
export const taking = ref(false);

export const isHere = computed(() => place.place === 'clues');
export const asked = computed(() => ({ state: place.query['state'] === 'all' ? undefined : place.query['state'] || 'new', q: place.query['q'] || undefined }));

let running: AbortController | null = null;

export async function loadClues(further = false): Promise<void> {
  running?.abort();
  const mine = (running = new AbortController());
  loading.value = true;
  listProblem.value = null;
  try {
    const page = await calls.clues({ ...asked.value, after: further ? more.value : null }, mine.signal);
    clues.value = further ? [...clues.value, ...page.items] : page.items;
    more.value = page.next;
    draw();
  } catch (cause) {
    if (!wasCancelled(cause)) listProblem.value = asProblem(cause);
  } finally {
    if (running === mine) loading.value = false;
  }
}

let reading: AbortController | null = null;

export async function loadClue(id: number): Promise<void> {
  reading?.abort();
  const mine = (reading = new AbortController());
  clueProblem.value = null;
  try {
    clue.value = await calls.clue(id, mine.signal);
    draw();
    if (clue.value.place) look([...clue.value.place, ...clue.value.place], false, 17);
  } catch (cause) {
    if (!wasCancelled(cause)) clueProblem.value = asProblem(cause);
  }
}

/** Every clue of the list as a spot, the chosen one in the colour of warnings. */
function draw(): void {
  const spots = clues.value.filter(({ id, place: spot }) => spot && id !== clue.value?.id);
  const others: Mark[] = spots.map((one) => ({ kind: 'spot-info', geometry: { type: 'Point', coordinates: one.place! } }));
  const mine: Mark[] = clue.value?.place ? [{ kind: 'spot-warning', geometry: { type: 'Point', coordinates: clue.value.place }, label: clue.value.tracking_no }] : [];
  setMarks('clues', [...others, ...mine]);
}

watch(
  () => [isHere.value, asked.value.state, asked.value.q] as const,
  ([here]) => {
    if (here) void loadClues();
    else {
      [clues.value, clue.value, taking.value] = [[], null, false];
      setMarks('clues');
    }
  },
  { immediate: true },
);
watch(
  () => [isHere.value, chosenId.value] as const,
  ([here, id]) => {
    if (!here) return;
    clue.value = null;
    if (id !== null) void loadClue(id);
    else draw();
  },
  { immediate: true },
);
