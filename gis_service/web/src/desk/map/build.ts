/** The one map object: a view, the layers, and what happens under the pointer. */
import { containsExtent, getCenter } from 'ol/extent';
import type BaseLayer from 'ol/layer/Base';
import OlMap from 'ol/Map';
import { fromLonLat, toLonLat, transformExtent } from 'ol/proj';
import View from 'ol/View';

import type { BBox } from '../../shared/types';
import type { MapView } from '../state/address';
import { idOf } from './symbols';
import type { Tiles } from './tiles';

export function makeMap(start: MapView): OlMap {
  const view = new View({ center: fromLonLat([start.lon, start.lat]), zoom: start.zoom, minZoom: 8, maxZoom: 20, constrainRotation: true, enableRotation: false });
  return new OlMap({ view, controls: [], layers: [] });
}

export function viewOf(map: OlMap): MapView {
  const [lon = 0, lat = 0] = toLonLat(map.getView().getCenter()!);
  return { lon, lat, zoom: map.getView().getZoom() ?? 0 };
}

export function setView(map: OlMap, { lon, lat, zoom }: MapView): void {
  map.getView().setCenter(fromLonLat([lon, lat]));
  map.getView().setZoom(zoom);
}

/** The parcel under a pixel, if one of these tiles shows it there. */
export function parcelAt(map: OlMap, pixel: number[], tiles: Tiles | null): number | null {
  let id: number | null = null;
  map.forEachFeatureAtPixel(pixel, (feature) => ((id = idOf(feature)), true), { layerFilter: (layer) => layer === tiles, hitTolerance: 2 });
  return id;
}

/** The key of the drawn mark under a pixel, the uppermost that has one. */
export function markAt(map: OlMap, pixel: number[], layer: BaseLayer): number | null {
  let key: number | null = null;
  map.forEachFeatureAtPixel(pixel, (feature) => (key = (feature.get('key') as number | undefined) ?? null) !== null, { layerFilter: (one) => one === layer, hitTolerance: 3 });
  return key;
}

const TOO_SMALL = 24;
const MARGIN = 48;
/** Left of a view is the legend. */
const LEGEND = 200;
const CLOSEST = 16.5;

/** Moves to a box when it is out of sight or too small to see (or always); what the detail covers is not sight. */
export function lookAt(map: OlMap, bbox: BBox, always: boolean, covered: number, duration: number, closest = CLOSEST): void {
  const extent = transformExtent(bbox, 'EPSG:4326', 'EPSG:3857');
  const [width = 0, height = 0] = map.getSize() ?? [];
  if (!width || !height) return;
  const right = covered < width - 3 * MARGIN ? covered + MARGIN : MARGIN;
  const left = width - covered > LEGEND * 3 ? LEGEND : MARGIN;
  const corner = map.getCoordinateFromPixel([width - right, 0]);
  const seen = map.getView().calculateExtent([width, height]);
  if (corner) seen[2] = corner[0]!;
  const size = (extent[2]! - extent[0]!) / (map.getView().getResolution() ?? 1);
  if (!always && containsExtent(seen, extent) && size > TOO_SMALL && getCenter(extent)) return;
  map.getView().fit(extent, { padding: [MARGIN, right, MARGIN, left], maxZoom: closest, duration });
}

export const quick = (): number => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 150);
