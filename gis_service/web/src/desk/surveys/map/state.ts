/** What the chosen survey has found so far: shared by its tabs and the map. What is chosen on the map stands in the address. */
import { unByKey } from 'ol/Observable';
import { computed, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem } from '../../../shared/api';
import { toDegrees } from '../../../shared/crs';
import { t } from '../../../shared/i18n';
import type { Geometry } from '../../../shared/geojson';
import { bboxOf, dim, drawing, look, marks, theMap } from '../../map/state';
import { chosenId, place, setQuery } from '../../state/place';
import { surveyCalls } from '../calls';
import type { Body, Laboratory, Line, LonLat, Point, WholeEstimate } from '../types';
import { loadWords } from '../words';
import { drawResults, layerOfResults, type Shown } from './drawing';

const TABS = ['map', 'points', 'lab', 'volume'];

export interface Results {
  survey: number;
  points: Point[];
  bodies: Body[];
  lines: Line[];
  laboratory: Laboratory;
  estimate: WholeEstimate | null;
}

export const results = shallowRef<Results | null>(null);
export const resultsProblem = shallowRef<Problem | null>(null);
/** The line a section is drawn along. */
export const sectionLine = shallowRef<LonLat[] | null>(null);
/** A body whose outline is being drawn: the board shows it instead. */
export const drawnBody = ref<number | null>(null);

const survey = computed(() => (place.place === 'surveys' ? chosenId.value : null));
const isHere = computed(() => survey.value !== null && TABS.includes(place.query['tab'] ?? ''));
/** The results map is in sight, and wants the room. */
export const atResults = computed(() => survey.value !== null && place.query['tab'] === 'map');

/** `point-3`, `body-1`, `line-2`: what is looked at on the map. */
export const thing = computed(() => place.query['thing'] || null);
export const chosenOf = (kind: 'point' | 'body' | 'line'): number | null => (thing.value?.startsWith(`${kind}-`) ? Number(thing.value.slice(kind.length + 1)) : null);
export const chooseThing = (key: string | null): void => setQuery({ thing: key });

export async function loadResults(id: number): Promise<void> {
  resultsProblem.value = null;
  try {
    const [points, bodies, lines, laboratory, estimates] = await Promise.all([
      surveyCalls.points(id), surveyCalls.bodies(id), surveyCalls.lines(id), surveyCalls.laboratory(id), surveyCalls.estimates(id), loadWords(),
    ]);
    const newest = estimates.items.find(({ state }) => state === 'done');
    const estimate = newest ? await surveyCalls.estimate(id, newest.id) : null;
    if (survey.value === id) results.value = { survey: id, points: points.items, bodies: bodies.items, lines: lines.items, laboratory, estimate };
  } catch (cause) {
    if (survey.value === id) resultsProblem.value = asProblem(cause);
  }
}
export const reload = (): Promise<void> => (survey.value === null ? Promise.resolve() : loadResults(survey.value));

const MOST_ADVICE = 3;
const shown = computed<Shown | null>(() => {
  const found = results.value;
  if (!isHere.value || !found) return null;
  const { estimate } = found;
  const advice = estimate?.result?.advice.slice(0, MOST_ADVICE) ?? [];
  return {
    points: found.points,
    bodies: found.bodies.filter(({ id }) => id !== drawnBody.value).map(({ id, body_no, name, state, geometry }) => ({ id, name: name || body_no, cleared: state === 'cleared', geometry })),
    lines: found.lines.map(({ id, line_no, geometry, anomaly }) => ({ id, no: line_no, geometry, anomaly })),
    outline: estimate?.outline ?? null,
    next: advice.map(({ x_m, y_m }, n) => ({ place: toDegrees({ easting: x_m, northing: y_m }, estimate!.metric_srid), label: n ? String(n + 1) : t('下一孔') })),
    section: atResults.value && sectionLine.value ? { places: sectionLine.value, ends: ['A', 'A′'] } : null,
    chosen: thing.value,
  };
});

/** Comes near enough to tell the holes apart, once for each survey. */
const CLOSEST = 19;
function lookAtResults(found: Results): void {
  const land = (marks['proceeding'] ?? []).map(({ geometry }) => geometry);
  const holes: Geometry = { type: 'MultiPoint', coordinates: found.points.map(({ place: at }) => at) };
  look(bboxOf({ type: 'GeometryCollection', geometries: [...land, holes, ...found.bodies.map(({ geometry }) => geometry)] }), true, CLOSEST);
}
watch(
  () => (isHere.value && marks['proceeding']?.length ? results.value?.survey : undefined),
  (id) => id !== undefined && lookAtResults(results.value!),
);

// --- on the map -----------------------------------------------------------------------------------------------------

const layer = layerOfResults();
watch(
  () => [theMap.value, isHere.value] as const,
  ([map, here], _old, tidy) => {
    if (!map || !here) return;
    map.addLayer(layer);
    const key = map.on('singleclick', ({ pixel }) => {
      if (drawing.value) return;
      const hit = map.forEachFeatureAtPixel(pixel, (feature) => feature.getId() as string | undefined, { layerFilter: (one) => one === layer, hitTolerance: 6 });
      chooseThing(hit ?? null);
      if (hit && !atResults.value) setQuery({ tab: 'map' });
    });
    tidy(() => void (map.removeLayer(layer), unByKey(key)));
  },
  { immediate: true },
);
watch(shown, (now) => drawResults(layer, now), { immediate: true });
watch(isHere, (here) => dim('survey', here), { immediate: true });
watch(
  [survey, isHere],
  ([id, here], before) => {
    if (before && before[0] !== id) {
      results.value = null;
      sectionLine.value = drawnBody.value = null;
      if (before[0] !== undefined && before[0] !== null) chooseThing(null);
    }
    if (here && id !== null && results.value?.survey !== id) void loadResults(id);
  },
  { immediate: true },
);
