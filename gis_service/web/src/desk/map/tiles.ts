/** Layers of vector tiles as the server offers them. */
import type { Extent } from 'ol/extent';
import MVT from 'ol/format/MVT';
import VectorTileLayer from 'ol/layer/VectorTile';
import type { ProjectionLike } from 'ol/proj';
import type RenderFeature from 'ol/render/Feature';
import VectorTileSource from 'ol/source/VectorTile';
import TileState from 'ol/TileState';
import type Tile from 'ol/Tile';
import type VectorTile from 'ol/VectorTile';
import { Fill, Stroke, Style } from 'ol/style';

import type { MapLayer } from '../../shared/types';
import { picked } from '../bulk/picked';
import { place } from '../state/place';
import { edition } from '../state/rows';
import { firstZoom } from './shownLayers';
import { hover, marks } from './state';
import { idOf, styleFunction } from './symbols';

export type Tiles = VectorTileLayer<VectorTileSource<RenderFeature>>;

const FORMAT = new MVT<RenderFeature>();

/** Asks the server whether a tile is still right once something was changed here; before that the browser's copy will do. */
async function fetchTile(tile: VectorTile<RenderFeature>, url: string, extent: Extent, projection: ProjectionLike): Promise<void> {
  try {
    const answer = await fetch(url, { cache: edition.value > 1 ? 'no-cache' : 'default', credentials: 'same-origin' });
    if (!answer.ok) throw new Error(`tile ${answer.status}`);
    tile.setFeatures(FORMAT.readFeatures(await answer.arrayBuffer(), { extent, featureProjection: projection }));
  } catch {
    tile.setState(TileState.ERROR);
  }
}

function load(tile: Tile, url: string): void {
  const target = tile as VectorTile<RenderFeature>;
  target.setLoader((extent, _resolution, projection) => void fetchTile(target, url, extent, projection));
}

export function tileUrl(layer: MapLayer, asOf: string | undefined): string {
  return layer.tiles + (asOf ? `${layer.tiles.includes('?') ? '&' : '?'}as_of=${asOf}` : '');
}

/** `canvas` names a canvas of its own, for what is cut by a swipe. */
export function tileLayer(layer: MapLayer, asOf: string | undefined, zIndex: number, canvas = 'ol-layer'): Tiles {
  const source = new VectorTileSource<RenderFeature>({
    format: FORMAT,
    url: tileUrl(layer, asOf),
    minZoom: layer.minzoom,
    maxZoom: layer.maxzoom,
    tileLoadFunction: load,
  });
  const tiles: Tiles = new VectorTileLayer({ className: canvas, source, declutter: true, zIndex, renderBuffer: 64, minZoom: firstZoom(layer) - 0.01, properties: { layer } });
  tiles.setStyle(styleFunction(layer, (resolution) => source.getTileGrid()?.getZForResolution(resolution)));
  return tiles;
}

const HALO = new Style({ stroke: new Stroke({ color: 'rgba(255,255,255,0.9)', width: 6 }) });
const CHOSEN = [HALO, new Style({ stroke: new Stroke({ color: '#1f5fa8', width: 3 }), fill: new Fill({ color: 'rgba(31,95,168,0.08)' }) })];
const UNDER_POINTER = [HALO, new Style({ stroke: new Stroke({ color: '#1b1f24', width: 2 }) })];

/** Draws the chosen parcel, those picked and the one under the pointer again, over the same tiles. */
export function highlightLayer(): Tiles {
  const layer: Tiles = new VectorTileLayer({ renderMode: 'vector', zIndex: 20 });
  layer.setStyle((feature) => {
    const id = idOf(feature);
    if (place.place === 'parcels' && String(id) === place.chosen && !marks['diff']?.length) return CHOSEN;
    if (id === hover.value) return UNDER_POINTER;
    return place.place === 'parcels' && picked.value.has(Number(id)) ? CHOSEN : undefined;
  });
  return layer;
}
