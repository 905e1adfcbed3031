/** What waits for a person at the desk of patrols, the chosen one of it, and what of a conflict is drawn on the map. */
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem } from '../../../shared/api';
import type { Geometry } from '../../../shared/geojson';
import { lang, t } from '../../../shared/i18n';
import { bboxOf, look, type Mark, setMarks } from '../../map/state';
import { place } from '../../state/place';
import { isTab } from '../tabs';
import { calls } from './calls';
import type { Conflict, ConflictLine, Held, HeldWhole, Phone } from './types';

export const records = shallowRef<Held[]>([]);
export const phones = shallowRef<Phone[]>([]);
export const conflicts = shallowRef<ConflictLine[]>([]);
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
    const [held, seen, open] = await Promise.all([calls.records(), calls.phones(), calls.conflicts(settledToo.value ? 'settled' : 'open')]);
    [records.value, phones.value, conflicts.value] = [held.items, seen.items, open.items];
    loaded.value = true;
  } catch (cause) {
    listProblem.value = asProblem(cause);
  }
}

export async function loadChosen(): Promise<void> {
  const key = place.chosen;
  problem.value = null;
  try {
    if (chosenConflict.value !== null) show(await calls.conflict(chosenConflict.value), key);
    else if (key) showRecord(await calls.record(key), key);
  } catch (cause) {
    problem.value = asProblem(cause);
  }
}

function show(fresh: Conflict, key: string | null): void {
  if (place.chosen !== key) return;
  record.value = null;
  conflict.value = fresh;
  const marks = marksOf(fresh);
  setMarks(MARKS, marks);
  const box = bboxOf({ type: 'GeometryCollection', geometries: marks.map(({ geometry }) => geometry) } as Geometry);
  if (box) look([box[0] - AROUND, box[1] - AROUND, box[2] + AROUND, box[3] + AROUND], true, 18);
}

/** About 40 m. */
const AROUND = 0.0004;

function marksOf(one: Conflict): Mark[] {
  const found: Mark[] = [];
  if (one.theirs_place) found.push({ kind: one.theirs_place.type === 'Point' ? 'spot-info' : 'before', geometry: one.theirs_place, label: one.theirs_by ?? t('现在的值') });
  if (one.mine_place) found.push({ kind: one.mine_place.type === 'Point' ? 'spot-warning' : 'after', geometry: one.mine_place, label: one.mine_by });
  return found;
}

function showRecord(fresh: HeldWhole, key: string): void {
  if (place.chosen !== key) return;
  conflict.value = null;
  record.value = fresh;
  setMarks(MARKS, fresh.place ? [{ kind: 'spot-warning', geometry: { type: 'Point', coordinates: fresh.place } }] : []);
  if (fresh.place) look([fresh.place[0] - AROUND, fresh.place[1] - AROUND, fresh.place[0] + AROUND, fresh.place[1] + AROUND], true, 18);
}

/** After an act: what the server answered is shown, and the list is asked again. */
export async function settled(fresh: Conflict): Promise<void> {
  show(fresh, place.chosen);
  await loadAll();
}
export async function judged(fresh: HeldWhole): Promise<void> {
  showRecord(fresh, place.chosen ?? '');
  await loadAll();
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
