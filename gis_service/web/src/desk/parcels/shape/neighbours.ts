/** Outlines of the register in view, for what is drawn to snap to: asked again when the map moves. */
import Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import type { Geometry } from 'ol/geom';
import type OlMap from 'ol/Map';
import { transformExtent } from 'ol/proj';
import VectorSource from 'ol/source/Vector';

import { get } from '../../../shared/http';
import type { FeatureCollection } from '../../../shared/geojson';

const FORMAT = new GeoJSON({ featureProjection: 'EPSG:3857' });
/** Further out than this nobody draws boundaries. */
const NEAR_ZOOM = 13.5;

/** Keeps `source` filled with the outlines in view, without those of `except`; returns how to stop. */
export function followNeighbours(map: OlMap, source: VectorSource<Feature<Geometry>>, except: () => number[]): () => void {
  let running: AbortController | null = null;
  async function load(): Promise<void> {
    if ((map.getView().getZoom() ?? 0) < NEAR_ZOOM) return source.clear();
    running?.abort();
    const mine = (running = new AbortController());
    const bbox = transformExtent(map.getView().calculateExtent(map.getSize()), 'EPSG:3857', 'EPSG:4326').join(',');
    const found = await get<FeatureCollection>('/outlines', { bbox }, mine.signal).catch(() => null);
    if (!found || mine.signal.aborted) return;
    const left = new Set(except());
    source.clear(true);
    source.addFeatures((FORMAT.readFeatures(found) as Feature<Geometry>[]).filter((feature) => !left.has(Number(feature.getId()))));
  }
  const onMove = (): void => void load();
  map.on('moveend', onMove);
  onMove();
  return () => {
    running?.abort();
    map.un('moveend', onMove);
  };
}
