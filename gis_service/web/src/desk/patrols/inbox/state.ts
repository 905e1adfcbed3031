/** What waits for a person at the desk of patrols, the chosen one of it, and what of a conflict is drawn on the map. */
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem } from '../../../shared/api';
import type { Geometry } from '../../../shared/geojson';
import { lang, t } from '../../../shared/i18n';
import { bboxOf, look, type Mark, setMarks } from '../../map/state';
import { place } from '../../state/place';
import { isTab } from '../tabs';
import { calls } from './calls';
import { type Conflict, type Held, type HeldWhole, type Phone, placeIn, type Stray } from './types';

export const records = shallowRef<Held[]>([]);
export const phones = shallowRef<Phone[]>([]);
export const conflicts = shallowRef<Conflict[]>([]);
export const strays = shallowRef<Stray[]>([]);
export const loaded = ref(false);
export const listProblem = shallowRef<Problem | null>(null);
export const conflict = shallowRef<Conflict | null>(null);
export const record = shallowRef<HeldWhole | null>(null);
export const problem = shallowRef<Problem | null>(null);

const MARKS = 'patrol-conflict';
const isHere = computed(() => isTab('inbox'));
export const settledToo = computed(() => place.query['conflicts'] === 'settled');
/** A conflict is chosen by `c` and its number, a record by its uuid. */
export const conflictKey = (id: number): string => `c${id}`;
const chosenConflict = computed(() => (/^c\d+$/.test(place.chosen ?? '') ? Number(place.chosen!.slice(1)) : null));

export async function loadAll(): Promise<void> {
  listProblem.value = null;
  try {
    const [found, open] = await Promise.all([calls.unsettled(), calls.conflicts(settledToo.value ? 'settled' : 'open')]);
    [records.value, strays.value, phones.value, conflicts.value] = [found.items, found.strays, found.devices, open.items];
    loaded.value = true;
  } catch (cause) {
    listProblem.value = asProblem(cause);
  }
}

export async function loadChosen(): Promise<void> {
  const key = place.chosen;
  problem.value = null;
  try {
    if (chosenConflict.value !== null) await show(await calls.conflict(chosenConflict.value), key);
    else if (key) showRecord(await calls.record(key), key);
  } catch (cause) {
    problem.value = asProblem(cause);
  }
}

async function show(fresh: Conflict, key: string | null): Promise<void> {
  if (place.chosen !== key) return;
  record.value = null;
  conflict.value = fresh;
  const said = await calls.record(fresh.mine.record).catch(() => null);
  if (place.chosen !== key) return;
  const marks = marksOf(fresh, said && placeIn(said.text));
  setMarks(MARKS, marks);
  const box = bboxOf({ type: 'GeometryCollection', geometries: marks.map(({ geometry }) => geometry) } as Geometry);
  if (box) look([box[0] - AROUND, box[1] - AROUND, box[2] + AROUND, box[3] + AROUND], true, 18);
}

/** About 40 m. */
const AROUND = 0.0004;

/** The thing where the register has it, and the spot where the phone stood that told of it later. */
function marksOf(one: Conflict, stood: [number, number] | null): Mark[] {
  const found: Mark[] = [];
  if (one.place) found.push({ kind: one.place.type === 'Point' ? 'spot-info' : 'before', geometry: one.place, label: t('现在的值') });
  if (stood) found.push({ kind: 'spot-warning', geometry: { type: 'Point', coordinates: stood }, label: one.mine.by ?? '' });
  return found;
}

function showRecord(fresh: HeldWhole, key: string): void {
  if (place.chosen !== key) return;
  conflict.value = null;
  record.value = fresh;
  const at = placeIn(fresh.text);
  setMarks(MARKS, at ? [{ kind: 'spot-warning', geometry: { type: 'Point', coordinates: at } }] : []);
  if (at) look([at[0] - AROUND, at[1] - AROUND, at[0] + AROUND, at[1] + AROUND], true, 18);
}

/** After an act: what the server answered is shown, and the list is asked again. */
export async function settled(fresh: Conflict): Promise<void> {
  await show(fresh, place.chosen);
  await loadAll();
}
export async function judged(): Promise<void> {
  await Promise.all([loadChosen(), loadAll()]);
}

function leave(): void {
  conflict.value = record.value = problem.value = null;
  setMarks(MARKS);
}

watch([isHere, settledToo, lang], ([here]) => here && void loadAll(), { immediate: true });
watch([isHere, () => place.chosen, lang], ([here, key]) => {
  leave();
  if (here && key) void loadChosen();
}, { immediate: true });
