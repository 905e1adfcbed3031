/** The chosen parcel with everything about it, as it is or as it was on the day looked at. */
import { ref, shallowRef, watch } from 'vue';

import { api, asProblem, type Problem, wasCancelled } from '../../shared/api';
import type { Parcel } from '../../shared/types';
import { bboxOf, look, setMarks } from '../map/state';
import { asOf, chosenId, compared, place } from './place';
import { loadRows, rowById } from './rows';

export const parcel = shallowRef<Parcel | null>(null);
export const etag = ref('');
export const parcelProblem = shallowRef<Problem | null>(null);
export const parcelLoading = ref(false);

let running: AbortController | null = null;

export async function loadParcel(id: number): Promise<void> {
  running?.abort();
  const mine = (running = new AbortController());
  parcelLoading.value = true;
  parcelProblem.value = null;
  try {
    const { value, etag: tag } = await api.parcel(id, asOf.value, mine.signal);
    showParcel(value, tag);
  } catch (cause) {
    if (wasCancelled(cause)) return;
    parcel.value = null;
    parcelProblem.value = asProblem(cause);
  } finally {
    if (running === mine) parcelLoading.value = false;
  }
}

function showParcel(value: Parcel, tag: string): void {
  parcel.value = value;
  etag.value = tag;
  // in a comparison the lines of both days are what is looked at
  setMarks('chosen', value.geometry && !compared.value ? [{ kind: 'chosen', geometry: value.geometry }] : []);
  if (!rowById.value.has(value.id)) look(bboxOf(value.geometry));
}

/** After an edit: what the server answered is shown, the list and the tiles are asked again. */
export function parcelChanged(value: Parcel, tag: string): void {
  showParcel(value, tag);
  void loadRows();
}

function forget(): void {
  running?.abort();
  parcel.value = null;
  parcelProblem.value = null;
  parcelLoading.value = false;
  setMarks('chosen');
  setMarks('diff');
}

watch(
  [() => place.place, chosenId, asOf, () => !!compared.value],
  ([name, id]) => (name === 'parcels' && id !== null ? void loadParcel(id) : forget()),
  { immediate: true },
);
