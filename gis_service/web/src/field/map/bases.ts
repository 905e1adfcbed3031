/** The picture under the map: a package of tiles on this phone, or layers that come through the server. */
import type BaseLayer from 'ol/layer/Base';
import TileLayer from 'ol/layer/Tile';
import VectorTileLayer from 'ol/layer/VectorTile';
import XYZ from 'ol/source/XYZ';
import { PMTilesRasterSource, PMTilesVectorSource } from 'ol-pmtiles';
import { FileSource } from 'pmtiles';

import { cutOf } from '../../shared/grids';
import type { Base, Theme } from './model';
import { groundStyle, tileStyle } from './styles';

/** The layers of a base, lowest first. Their canvases carry the class `base`, which the dark theme turns dark. */
export function baseLayers(base: Base, theme: Theme): BaseLayer[] {
  const cut = cutOf({ grid: base.kind === 'online' ? base.grid : undefined, gcj02: base.gcj02, min: 1, max: 18 });
  const { projection } = cut;
  if (base.kind === 'online') {
    return base.layers.map((layer) => new TileLayer({ className: 'ol-layer base', source: new XYZ({ url: `/api/v1/field/tianditu/${layer}/{z}/{x}/{y}`, ...cut, transition: 0 }) }));
  }
  const source = new FileSource(base.file) as never;
  if (base.tiles === 'raster') return [new TileLayer({ className: 'ol-layer base', source: new PMTilesRasterSource({ url: source, projection, transition: 0 }) })];
  const layer = new VectorTileLayer({ className: 'ol-layer base', declutter: true, source: new PMTilesVectorSource({ url: source }) });
  layer.setStyle(tileStyle(groundStyle(theme)));
  return [layer];
}
