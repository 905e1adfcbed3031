/** What the pages tell the map and the map tells the pages. */
import type OlMap from 'ol/Map';
import { computed, reactive, ref, shallowRef } from 'vue';

import type { Geometry } from '../../shared/geojson';
import type { Axis, BBox, MapLayer } from '../../shared/types';
import { isAxis } from '../parcels/axes';
import { place, setQuery } from '../state/place';
import { session } from '../state/session';
import { PARCELS, readShown, type Shown, type ShownLayers, usualOf, writeShown } from './shownLayers';

export type MarkKind = 'chosen' | 'before' | 'after' | 'added' | 'removed' | 'kept' | 'ok' | 'warning' | 'error' | 'fault' | 'fault-area' | 'fault-line' | 'spot-error' | 'spot-warning' | 'spot-info' | 'heap-offered' | 'heap-taken' | 'heap-left' | 'hot99' | 'hot95' | 'hot90' | 'words';

export interface Mark {
  kind: MarkKind;
  geometry: Geometry;
  label?: string;
  /** Pixels of the label; larger things may have larger words. */
  size?: number;
  key?: number;
}

/** Outlines drawn over the tiles, in named sets: the chosen parcel, a comparison, an import's preview. */
export const marks = reactive<Record<string, Mark[]>>({});

export function setMarks(set: string, list: Mark[] = []): void {
  marks[set] = list;
}

/** Where a file or the faults are what is looked at, parcels are only their background. */
export const parcelsStepBack = (): boolean => place.place === 'imports' || place.place === 'checks';

/** The parcel under the pointer or under the cursor of the list. */
export const hover = ref<number | null>(null);

/** Where the map should look next; `always` also moves it when the place is in sight already. */
export const goal = shallowRef<{ bbox: BBox; always: boolean; closest?: number } | null>(null);

export function look(bbox: BBox | null | undefined, always = false, closest?: number): void {
  if (bbox) goal.value = { bbox, always, closest };
}

/** Pixels of the map's right side that the detail covers. */
export const covered = ref(0);

/** Pixels of the map's width that stay in sight. */
export const room = ref(0);

/** Set while a page waits for a spot on the map: the next click goes to it instead of choosing a parcel. */
export const spotWanted = shallowRef<((lonLat: [number, number]) => void) | null>(null);
/** Who wants to know that an outline with a key was clicked; parcels under it are then not chosen. */
export const onMark = shallowRef<((key: number) => void) | null>(null);

/** How a parcel is painted while a figure is looked at: counted for good, still to be done, wrong, or merely counted. */
export type Paint = 'done' | 'open' | 'ill' | 'plain';
/** The parcels behind a figure; the others are faint outlines then, and the six axes step back. */
export const painted = shallowRef<{ of: Map<number, Paint>; title: [string, string]; kinds: Paint[] } | null>(null);

/** Who wants the clicked parcel where a page beside the register is about parcels too. */
export const onParcel = shallowRef<((id: number | null) => void) | null>(null);

/** The map itself, for pages that draw on it. */
export const theMap = shallowRef<OlMap | null>(null);

/** Pages whose own drawing is what matters: parcels are its faint background. */
const dimming = reactive<Record<string, boolean>>({});
export const dimmed = computed(() => Object.values(dimming).some(Boolean));
export const dim = (page: string, on: boolean): void => void (dimming[page] = on);

/** While something is drawn, the pointer sets vertices and chooses no parcel. */
export const drawing = ref(false);

/** How near the map comes to a parcel that is being drawn on. */
export const CLOSE_ENOUGH_TO_DRAW = 18.5;

/** Who wants the next clicked parcels instead of the detail: a page that gathers several. */
export const picking = shallowRef<((id: number) => void) | null>(null);

/** The map is worked on, and takes the room of the list. */
export const working = computed(() => drawing.value || picking.value !== null);

/** Degrees under the pointer. */
export const pointer = shallowRef<[number, number] | null>(null);

export const axis = computed<Axis>(() => {
  const wanted = place.query['axis'] ?? '';
  return isAxis(wanted) ? wanted : 'supply_status';
});

export const layerOfAxis = (name: string): MapLayer | undefined =>
  session.layers.find((layer) => layer.style.property === name);

/** Layers that are shown or hidden one by one; the six axes take turns instead. */
export const overlays = computed(() => session.layers.filter((layer) => !isAxis(layer.style.property ?? '')));

const KEPT = 'gis.map.layers';
/** What this person had on this machine; an address that names layers goes before it. */
const kept = ref(localStorage.getItem(KEPT) ?? undefined);
const shownLayers = computed(() => readShown(place.query['layers'] ?? kept.value, overlays.value));

/** Puts what was kept into the address, so that the view can be sent to a colleague as it is. */
export function rememberLayers(): void {
  if (!place.query['layers'] && kept.value) setQuery({ layers: writeShown(shownLayers.value, overlays.value) });
}

function show(layers: ShownLayers): void {
  kept.value = writeShown(layers, overlays.value);
  setQuery({ layers: kept.value });
  if (kept.value) localStorage.setItem(KEPT, kept.value);
  else localStorage.removeItem(KEPT);
}

/** The layer that a place is about: shown, above the parcels, while the person is there. */
export const placeLayer = ref<string | null>(null);

export const isVisible = (layer: MapLayer): boolean => layer.id === placeLayer.value || shownLayers.value.has(layer.id);
export const shownOf = (layer: MapLayer): Shown => shownLayers.value.get(layer.id) ?? usualOf(layer);
/** How strong the parcels are, 0–100. */
export const parcelOpacity = computed(() => shownLayers.value.get(PARCELS)?.opacity ?? 100);

export function setVisible(layer: MapLayer, value: boolean): void {
  const next = new Map(shownLayers.value);
  if (value) next.set(layer.id, shownOf(layer));
  else next.delete(layer.id);
  show(next);
}

export const setShown = (layer: MapLayer, change: Partial<Shown>): void => show(new Map(shownLayers.value).set(layer.id, { ...shownOf(layer), ...change }));
export const setParcelOpacity = (opacity: number): void => show(new Map(shownLayers.value).set(PARCELS, { opacity, over: false }));

/** The zoom of the map when it rests, and the latitude of its middle. */
export const viewNow = shallowRef({ zoom: 13, lat: 22.4 });

/** The bounding box of any GeoJSON geometry. */
export function bboxOf(geometry: Geometry | null): BBox | null {
  const box: BBox = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] !== 'number') return part.forEach(visit);
    const [x, y] = part as [number, number];
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  };
  if (geometry?.type === 'GeometryCollection') geometry.geometries.forEach((part) => 'coordinates' in part && visit(part.coordinates));
  else if (geometry) visit(geometry.coordinates);
  return Number.isFinite(box[0]) ? box : null;
}
