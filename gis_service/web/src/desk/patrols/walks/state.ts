/** The walks of the list, the chosen one, its opened track, and the moment that is replayed. */
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem, wasCancelled } from '../../../shared/api';
import type { Geometry } from '../../../shared/geojson';
import { bboxOf, look, theMap } from '../../map/state';
import { chosenId, place } from '../../state/place';
import { isTab } from '../tabs';
import { calls } from './calls';
import { drawNow, drawWalk, layerOfNow, layerOfWalk } from './drawing';
import type { Track, Walk, WalkRow } from './types';

export const walks = shallowRef<WalkRow[]>([]);
export const people = shallowRef<{ id: number; name: string }[]>([]);
export const more = ref<string | null>(null);
export const loading = ref(false);
export const listProblem = shallowRef<Problem | null>(null);
export const walk = shallowRef<Walk | null>(null);
export const walkProblem = shallowRef<Problem | null>(null);
export const track = shallowRef<Track | null>(null);
export const trackProblem = shallowRef<Problem | null>(null);
export const opening = ref(false);
/** The moment looked at, in ms; null while the whole walk is shown. */
export const moment = ref<number | null>(null);

export const isHere = computed(() => place.place === 'patrols' && isTab('walks'));
const FILTERS = ['area_id', 'person_id', 'unit_id', 'since', 'until', 'flag', 'parcel_id'] as const;
export const asked = computed(() => Object.fromEntries(FILTERS.map((name) => [name, place.query[name] || undefined])));

let running: AbortController | null = null;

export async function loadWalks(further = false): Promise<void> {
  running?.abort();
  const mine = (running = new AbortController());
  loading.value = true;
  listProblem.value = null;
  try {
    const page = await calls.list({ ...asked.value, after: further ? more.value : null }, mine.signal);
    walks.value = further ? [...walks.value, ...page.items] : page.items;
    more.value = page.next;
    people.value = page.people;
  } catch (cause) {
    if (!wasCancelled(cause)) listProblem.value = asProblem(cause);
  } finally {
    if (running === mine) loading.value = false;
  }
}

let reading: AbortController | null = null;

export async function loadWalk(id: number): Promise<void> {
  reading?.abort();
  const mine = (reading = new AbortController());
  walkProblem.value = null;
  try {
    walk.value = await calls.walk(id, mine.signal);
    lookAtWalk();
    if (walk.value.track.own && !walk.value.thinned_at) void openTrack('');
  } catch (cause) {
    if (!wasCancelled(cause)) walkProblem.value = asProblem(cause);
  }
}

/** One's own track freely, that of another person for a reason that is kept. */
export async function openTrack(reason: string): Promise<void> {
  const id = walk.value?.id;
  if (id === undefined) return;
  opening.value = true;
  trackProblem.value = null;
  try {
    const found = await calls.track(id, reason);
    if (walk.value?.id === id) track.value = found;
    lookAtWalk();
  } catch (cause) {
    if (walk.value?.id === id) trackProblem.value = asProblem(cause);
  } finally {
    opening.value = false;
  }
}

/** A round over one small parcel fills the map without leaving the ground behind. */
const CLOSEST = 17.5;

export function lookAtWalk(): void {
  if (!walk.value) return;
  const shapes = walk.value.coverage.filter(({ proved, planned }) => proved || planned).map(({ parcel_id }) => walk.value!.shapes[parcel_id]);
  const lines: Geometry[] = (track.value?.pieces ?? []).map((piece) => ({ type: 'MultiPoint', coordinates: piece.map(([lon, lat]) => [lon, lat]) }));
  look(bboxOf({ type: 'GeometryCollection', geometries: [...shapes.filter((shape) => shape !== undefined), ...lines] }), true, CLOSEST);
}

// --- on the map -----------------------------------------------------------------------------------------------------

const still = layerOfWalk();
const moving = layerOfNow();
watch(
  () => [theMap.value, isHere.value] as const,
  ([map, here], _old, tidy) => {
    if (!map || !here) return;
    map.addLayer(still);
    map.addLayer(moving);
    tidy(() => void (map.removeLayer(still), map.removeLayer(moving)));
  },
  { immediate: true },
);
watch([walk, track, () => moment.value === null], () => drawWalk(still, walk.value, track.value, moment.value !== null));
watch([track, moment], () => drawNow(moving, track.value, moment.value));

watch([isHere, asked], ([here]) => here && void loadWalks(), { immediate: true });
watch(
  () => [isHere.value, chosenId.value] as const,
  ([here, id]) => {
    [walk.value, track.value, moment.value, trackProblem.value] = [null, null, null, null];
    if (here && id !== null) void loadWalk(id);
  },
  { immediate: true },
);
