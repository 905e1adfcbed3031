/** The proceedings the list shows, the chosen one, and what of them is drawn on the map. */
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem, type Seen, wasCancelled } from '../../shared/api';
import { look, bboxOf, type Mark, setMarks } from '../map/state';
import { chosenId, place } from '../state/place';
import { calls } from './calls';
import { isProcedure, nounOf } from './nouns';
import { type Brief, outlineOf, type Proceeding, type Table } from './types';

export const list = shallowRef<Brief[]>([]);
export const more = ref<number | null>(null);
export const loading = ref(false);
export const listProblem = shallowRef<Problem | null>(null);
export const chosen = shallowRef<Seen<Proceeding> | null>(null);
export const chosenProblem = shallowRef<Problem | null>(null);
export const table = shallowRef<Table | null>(null);
export const opening = ref(false);

export const isHere = computed(() => isProcedure(place.place));
export const plural = computed(() => place.place as string);

/** The filters of the list, as the address holds them. */
export const asked = computed(() => ({
  closed: place.query['which'] === 'all' ? undefined : place.query['which'] === 'closed',
  state: place.query['state'] || undefined,
  area_id: place.query['area_id'] || undefined,
  q: place.query['q'] || undefined,
}));

let running: AbortController | null = null;

export async function loadList(further = false): Promise<void> {
  running?.abort();
  const mine = (running = new AbortController());
  loading.value = true;
  listProblem.value = null;
  try {
    const page = await calls.list(plural.value, { ...asked.value, after: further ? more.value : null }, mine.signal);
    list.value = further ? [...list.value, ...page.items] : page.items;
    more.value = page.next;
  } catch (cause) {
    if (!wasCancelled(cause)) listProblem.value = asProblem(cause);
  } finally {
    if (running === mine) loading.value = false;
  }
}

let reading: AbortController | null = null;

export async function loadChosen(id: number): Promise<void> {
  reading?.abort();
  const mine = (reading = new AbortController());
  chosenProblem.value = null;
  try {
    show(await calls.one(plural.value, id, mine.signal));
  } catch (cause) {
    if (!wasCancelled(cause)) chosenProblem.value = asProblem(cause);
  }
}

/** A proceeding as the server has just told it: on the page, and in its line of the list. */
export function show(fresh: Seen<Proceeding>): void {
  const isAnother = chosen.value?.value.id !== fresh.value.id;
  chosen.value = fresh;
  const at = list.value.findIndex(({ id }) => id === fresh.value.id);
  if (at >= 0) list.value = list.value.with(at, fresh.value);
  draw(fresh.value, isAnother);
}

export const again = (): Promise<void> => (chosenId.value === null ? Promise.resolve() : loadChosen(chosenId.value));

/** The land and the place of the chosen one; the map goes there when it is chosen, not whenever it changes. */
function draw(one: Proceeding, looks: boolean): void {
  const land: Mark[] = one.parcels.map((parcel) => ({ kind: 'chosen', geometry: outlineOf(parcel), label: parcel.parcel_no }));
  const spot: Mark[] = one.place ? [{ kind: 'spot-warning', geometry: { type: 'Point', coordinates: one.place } }] : [];
  setMarks('proceeding', [...land, ...spot]);
  const boxes = [...land, ...spot].map(({ geometry }) => bboxOf(geometry)).filter((box) => box !== null);
  if (looks && boxes.length) {
    look([Math.min(...boxes.map((b) => b[0])), Math.min(...boxes.map((b) => b[1])), Math.max(...boxes.map((b) => b[2])), Math.max(...boxes.map((b) => b[3]))]);
  }
}

function forget(): void {
  list.value = [];
  chosen.value = null;
  table.value = null;
  opening.value = false;
  setMarks('proceeding');
}

watch(
  () => [place.place, asked.value.closed, asked.value.state, asked.value.area_id, asked.value.q] as const,
  async ([now], before) => {
    if (now !== before?.[0]) forget();
    if (!isHere.value) return;
    const wanted = now as string;
    void loadList();
    if (!table.value && nounOf(wanted)) {
      const found = await calls.table(wanted).catch(() => null);
      if (plural.value === wanted) table.value = found;
    }
  },
  { immediate: true },
);
watch(
  () => [place.place, chosenId.value] as const,
  ([, id]) => {
    if (!isHere.value) return;
    if (id === null) {
      chosen.value = null;
      setMarks('proceeding');
    } else if (chosen.value?.value.id !== id) {
      chosen.value = null;
      void loadChosen(id);
    }
  },
  { immediate: true },
);
