/** What lies at a place, in every layer that is shown: asked of the server, which answers whole and within the reader's rights. */
import { ref, shallowRef } from 'vue';

import { asProblem, type Problem, wasCancelled } from '../../shared/api';
import { get } from '../../shared/http';
import type { MapLayer } from '../../shared/types';
import { asOf } from '../state/place';
import type { Degrees } from './geodesy';
import { firstZoom } from './shownLayers';
import { axis, isVisible, layerOfAxis, overlays, parcelOpacity, parcelsStepBack, setMarks, shownOf, theMap } from './state';

export interface Fact { name: string; zh: string; en: string; type: string; value_zh: string; value_en: string; unit?: string }
export interface FoundFeature { id: number; title: string; title_en: string; page: string | null; facts: Fact[] }
export interface FoundLayer { layer: string; title: string; title_en: string; dated: boolean; more: boolean; features: FoundFeature[] }

export const spot = shallowRef<Degrees | null>(null);
export const found = shallowRef<FoundLayer[]>([]);
export const asking = ref(false);
export const problem = shallowRef<Problem | null>(null);

/** What is drawn, uppermost first. */
export function seenLayers(zoom: number): MapLayer[] {
  const shown = overlays.value.filter((layer) => isVisible(layer) && zoom >= firstZoom(layer) - 0.01);
  const parcels = parcelsStepBack() || !parcelOpacity.value ? undefined : layerOfAxis(axis.value);
  const over = shown.filter((layer) => layer.geometry !== 'polygon');
  const areas = shown.filter((layer) => layer.geometry === 'polygon');
  return [...over, ...areas.filter((layer) => shownOf(layer).over), ...(parcels ? [parcels] : []), ...areas.filter((layer) => !shownOf(layer).over)];
}

/** As far from the click as a finger or a mouse may miss. */
const MISS_PX = 6;
const FARTHEST_M = 5000;
let running: AbortController | null = null;

export async function identifyAt(place: Degrees): Promise<void> {
  const view = theMap.value?.getView();
  if (!view) return;
  running?.abort();
  const mine = (running = new AbortController());
  const metres = (view.getResolution() ?? 1) * Math.cos((place[1] * Math.PI) / 180) * MISS_PX;
  spot.value = place;
  setMarks('spot', [{ kind: 'fault', geometry: { type: 'Point', coordinates: place } }]);
  problem.value = null;
  asking.value = true;
  try {
    const layers = seenLayers(view.getZoom() ?? 0).map(({ id }) => id).join();
    const query = { lon: place[0], lat: place[1], tolerance_m: Math.min(metres, FARTHEST_M).toFixed(2), layers, as_of: asOf.value };
    found.value = (await get<{ layers: FoundLayer[] }>('/map/identify', query, mine.signal)).layers;
  } catch (cause) {
    if (!wasCancelled(cause)) problem.value = asProblem(cause);
  } finally {
    if (running === mine) asking.value = false;
  }
}

export function forget(): void {
  running?.abort();
  spot.value = problem.value = null;
  found.value = [];
}
