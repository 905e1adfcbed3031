/** The picture under the map: a package of tiles on this phone, or layers that come through the server. */
import type BaseLayer from 'ol/layer/Base';
import TileLayer from 'ol/layer/Tile';
import VectorTileLayer from 'ol/layer/VectorTile';
import XYZ from 'ol/source/XYZ';
import { PMTilesRasterSource, PMTilesVectorSource } from 'ol-pmtiles';
import { FileSource } from 'pmtiles';

import { GCJ02, knowShifted } from '../../shared/shifted';
import type { Base, Theme } from './model';
import { groundStyle, tileStyle } from './styles';

/** The layers of a base, lowest first. Their canvases carry the class `base`, which the dark theme turns dark. */
export function baseLayers(base: Base, theme: Theme): BaseLayer[] {
  if (base.gcj02) knowShifted();
  const projection = base.gcj02 ? GCJ02 : 'EPSG:3857';
  if (base.kind === 'online') {
    return base.layers.map((layer) => new TileLayer({ className: 'ol-layer base', source: new XYZ({ url: `/api/v1/field/tianditu/${layer}/{z}/{x}/{y}`, maxZoom: 18, projection, transition: 0 }) }));
  }
  const source = new FileSource(base.file) as never;
  if (base.tiles === 'raster') return [new TileLayer({ className: 'ol-layer base', source: new PMTilesRasterSource({ url: source, projection, transition: 0 }) })];
  const layer = new VectorTileLayer({ className: 'ol-layer base', declutter: true, source: new PMTilesVectorSource({ url: source }) });
  layer.setStyle(tileStyle(groundStyle(theme)));
  return [layer];
}
