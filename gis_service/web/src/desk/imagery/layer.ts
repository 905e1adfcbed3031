/** An orthophoto as a layer of the map: over the ground, under the outlines of areas and all else. */
import TileLayer from 'ol/layer/Tile';
import { transformExtent } from 'ol/proj';
import XYZ from 'ol/source/XYZ';

import type { Picture } from './state';

/** Between the own ground and the first of the areas (`MapPane`). */
export const PICTURE_DEPTH = 3;

/** `canvas` names a canvas of its own, for what is cut by a swipe. */
export function pictureLayer(of: Picture, opacity: number, canvas = 'ol-layer picture'): TileLayer<XYZ> {
  const source = new XYZ({ url: of.tiles!, minZoom: of.min_zoom!, maxZoom: of.max_zoom!, transition: 0 });
  return new TileLayer({
    className: canvas, source, opacity: opacity / 100, zIndex: PICTURE_DEPTH, minZoom: of.min_zoom! - 0.01,
    extent: transformExtent(of.box!, 'EPSG:4326', 'EPSG:3857'),
  });
}
