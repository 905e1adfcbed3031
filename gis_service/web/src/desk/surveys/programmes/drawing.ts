/** The targets of a programme on the shared map: done, being surveyed, not begun; the chosen one stands out. */
import Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import type { Geometry } from 'ol/geom';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import { Fill, Stroke, Style } from 'ol/style';

import { labelText, stylesOf } from '../../../shared/symbols';
import type { Symbol } from '../../../shared/types';
import type { Stand } from './types';

type Source = VectorSource<Feature<Geometry>>;
const FORMAT = new GeoJSON({ featureProjection: 'EPSG:3857' });

/** Each with a hatch of its own, so that they read in grey. */
export const SIGNS: Record<Stand, Symbol> = {
  done: { fill: '#2e9e5b', stroke: '#1c6b3d', opacity: 0.45 },
  running: { fill: '#2f6fde', stroke: '#1f4fa8', hatch: 'diagonal', opacity: 0.18 },
  wanting: { fill: '#c77f00', stroke: '#7a5200', hatch: 'cross', opacity: 0.14 },
};

const CHOSEN = [
  new Style({ stroke: new Stroke({ color: 'rgba(255,255,255,0.95)', width: 7 }), zIndex: 2 }),
  new Style({ stroke: new Stroke({ color: '#1f5fa8', width: 3.5 }), fill: new Fill({ color: 'rgba(31,95,168,0.12)' }), zIndex: 3 }),
];

export interface Drawn {
  id: number;
  no: string;
  outline: string;
  stand: Stand;
}

const styles: Partial<Record<Stand, Style[]>> = {};
const LABEL_M_PER_PX = 6;

export function layerOfTargets(chosen: () => number | null): VectorLayer<Source> {
  const layer = new VectorLayer({ source: new VectorSource<Feature<Geometry>>(), zIndex: 31, declutter: true });
  layer.setStyle((feature, resolution) => {
    const stand = feature.get('stand') as Stand;
    const own = (styles[stand] ??= stylesOf(SIGNS[stand], 'polygon'));
    const isChosen = feature.getId() === chosen();
    const label = isChosen || resolution < LABEL_M_PER_PX ? [new Style({ text: labelText(feature.get('no') as string), zIndex: 4 })] : [];
    return [...own, ...(isChosen ? CHOSEN : []), ...label];
  });
  return layer;
}

export function drawTargets(layer: VectorLayer<Source>, targets: Drawn[]): void {
  const source = layer.getSource()!;
  source.clear(true);
  source.addFeatures(
    targets.map(({ id, no, outline, stand }) => {
      const made = new Feature<Geometry>(FORMAT.readGeometry(outline)!);
      made.setId(id);
      made.setProperties({ stand, no }, true);
      return made;
    }),
  );
}
