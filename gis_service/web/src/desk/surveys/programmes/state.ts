/** The programmes of the list, the chosen one as it stood on the day looked at, and its targets on the map. */
import { unByKey } from 'ol/Observable';
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem, type Seen, wasCancelled } from '../../../shared/api';
import type { Geometry } from '../../../shared/geojson';
import { bboxOf, dim, look, theMap } from '../../map/state';
import { asOf, chosenId, place, setQuery } from '../../state/place';
import { calls } from './calls';
import { type Drawn, drawTargets, layerOfTargets } from './drawing';
import type { Preview, Programme, Target, WholeProgramme } from './types';

export const PROGRAMMES = 'survey_programmes';

export const programmes = shallowRef<Programme[]>([]);
export const loading = ref(false);
export const loaded = ref(false);
export const listProblem = shallowRef<Problem | null>(null);
export const programme = shallowRef<Seen<WholeProgramme> | null>(null);
export const programmeProblem = shallowRef<Problem | null>(null);
/** What a rule that is being written means today. */
export const preview = shallowRef<Preview | null>(null);
const outlines = shallowRef<ReadonlyMap<number, string>>(new Map());

export const isHere = computed(() => place.place === PROGRAMMES);
/** The day looked at; undefined is now. */
export const on = computed(() => asOf.value?.slice(0, 10));
export const targets = computed<Target[]>(() => programme.value?.value.targets ?? []);
export const target = computed<number | null>(() => Number(place.query['target']) || null);

export async function loadProgrammes(): Promise<void> {
  loading.value = true;
  listProblem.value = null;
  try {
    programmes.value = (await calls.list()).items;
    loaded.value = true;
  } catch (cause) {
    listProblem.value = asProblem(cause);
  } finally {
    loading.value = false;
  }
}

let reading: AbortController | null = null;

export async function loadProgramme(id: number): Promise<void> {
  reading?.abort();
  const mine = (reading = new AbortController());
  programmeProblem.value = null;
  try {
    const [fresh, land] = await Promise.all([calls.one(id, on.value, mine.signal), calls.outlines(id, on.value, mine.signal)]);
    const moved = programme.value?.value.id !== id;
    outlines.value = new Map(land.items.map(({ parcel_id, outline }) => [parcel_id, outline]));
    programme.value = fresh;
    if (moved) lookAtAll();
  } catch (cause) {
    if (!wasCancelled(cause)) programmeProblem.value = asProblem(cause);
  }
}

/** After a change: the chosen one and its line in the list. */
export async function again(): Promise<void> {
  await loadProgrammes();
  if (chosenId.value !== null) await loadProgramme(chosenId.value);
}

export function pickTarget(id: number | null): void {
  setQuery({ target: id === null ? null : String(id) });
}

/** Chooses a target in the list and looks at it on the map. */
export function show(id: number): void {
  pickTarget(id);
  const outline = outlines.value.get(id);
  if (outline) look(bboxOf(JSON.parse(outline) as Geometry));
}

const all = computed<Drawn[]>(() => {
  if (!isHere.value) return [];
  if (preview.value) {
    return preview.value.items.flatMap(({ parcel_id, parcel_no, outline, survey_status }) =>
      outline ? [{ id: parcel_id, no: parcel_no, outline, stand: ['approved', 'not_required'].includes(survey_status) ? 'done' : 'wanting' } as Drawn] : [],
    );
  }
  return targets.value.flatMap(({ parcel_id, parcel_no, stand }) => {
    const outline = outlines.value.get(parcel_id);
    return outline ? [{ id: parcel_id, no: parcel_no, outline, stand }] : [];
  });
});

function lookAtAll(): void {
  const shapes = all.value.map(({ outline }) => JSON.parse(outline) as Geometry);
  look(bboxOf({ type: 'GeometryCollection', geometries: shapes }), true);
}

// --- on the map -----------------------------------------------------------------------------------------------------

const layer = layerOfTargets(() => target.value);
watch(
  () => [theMap.value, isHere.value] as const,
  ([map, here], _old, tidy) => {
    if (!map || !here) return;
    map.addLayer(layer);
    const key = map.on('singleclick', ({ pixel }) => {
      const hit = map.forEachFeatureAtPixel(pixel, (feature) => Number(feature.getId()), { layerFilter: (one) => one === layer, hitTolerance: 2 });
      pickTarget(hit ?? null);
    });
    tidy(() => void (map.removeLayer(layer), unByKey(key)));
  },
  { immediate: true },
);
watch(all, (drawn) => drawTargets(layer, drawn));
watch(target, () => layer.changed());
watch(() => isHere.value && all.value.length > 0, (faint) => dim('programme', faint));
watch(preview, (now, before) => now && !before && lookAtAll());

watch(isHere, (here) => here && void loadProgrammes(), { immediate: true });
watch(
  () => [isHere.value, chosenId.value, on.value] as const,
  ([here, id], before) => {
    if (!here) return before?.[0] ? pickTarget(null) : undefined;
    if (before?.[1] !== id) [programme.value, outlines.value] = [null, new Map()];
    if (before && before[1] !== id) pickTarget(null);
    if (id !== null) void loadProgramme(id);
  },
  { immediate: true },
);
