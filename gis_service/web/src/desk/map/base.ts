/** The picture under the map: none unless one is chosen. Whatever it is comes from our own server. */
import type BaseLayer from 'ol/layer/Base';
import TileLayer from 'ol/layer/Tile';
import VectorTileLayer from 'ol/layer/VectorTile';
import { transformExtent } from 'ol/proj';
import XYZ from 'ol/source/XYZ';
import { computed, ref, shallowRef } from 'vue';

import { cutOf, type GridId } from '../../shared/grids';
import { get } from '../../shared/http';
import type { BBox } from '../../shared/types';
import { place, setQuery } from '../state/place';

export interface Base {
  id: string;
  kind: 'tiles' | 'package-raster' | 'package-vector';
  name: string;
  name_en: string;
  /** What must be written on the map. */
  note: string;
  gcj02: boolean;
  /** How its tiles are cut. */
  grid: GridId;
  min_zoom: number;
  max_zoom: number;
  box?: BBox;
  urls: string[];
}

export const bases = shallowRef<Base[] | null>(null);
export const baseFails = ref(false);
let asking: Promise<void> | null = null;

/** Which there are; asked once, when somebody wants to know. */
export function loadBases(): Promise<void> {
  asking ??= get<Base[]>('/map/bases').then((found) => void (bases.value = found), () => void (asking = null));
  return asking;
}

export const base = computed<Base | null>(() => bases.value?.find(({ id }) => id === place.query['base']) ?? null);
export const chooseBase = (id: string | null): void => setQuery({ base: id });

const LOWEST = -10;

/** The layers of a base, lowest first. A shifted one is warped onto the true map; data are never moved. */
export async function layersOf(of: Base): Promise<BaseLayer[]> {
  baseFails.value = false;
  const cut = cutOf({ grid: of.grid, gcj02: of.gcj02, min: of.min_zoom, max: of.max_zoom });
  const extent = of.box ? transformExtent(of.box, 'EPSG:4326', 'EPSG:3857') : undefined;
  if (of.kind === 'tiles') return of.urls.map((url, at) => tiles(new XYZ({ url, ...cut, transition: 0 }), at));
  const { PMTilesRasterSource, PMTilesVectorSource } = await import('ol-pmtiles');
  const url = new URL(of.urls[0]!, location.href).href;
  if (of.kind === 'package-raster') return [tiles(new PMTilesRasterSource({ url, projection: cut.projection, transition: 0 }), 0)];
  const { groundStyle, tileStyle } = await import('../../field/map/styles');
  const layer = new VectorTileLayer({ zIndex: LOWEST, declutter: true, ...(extent ? { extent } : {}), source: new PMTilesVectorSource({ url }) });
  layer.setStyle(tileStyle(groundStyle('day')));
  return [layer];
}

function tiles(source: XYZ | InstanceType<(typeof import('ol-pmtiles'))['PMTilesRasterSource']>, at: number): BaseLayer {
  source.on('tileloaderror', () => (baseFails.value = true));
  source.on('tileloadend', () => (baseFails.value = false));
  return new TileLayer({ source: source as XYZ, zIndex: LOWEST + at });
}
