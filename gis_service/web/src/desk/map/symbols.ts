/** A layer's style (data) as OpenLayers draws it. Words, colours and hatches all come from the layer. */
import type { FeatureLike } from 'ol/Feature';
import Point from 'ol/geom/Point';
import { transform } from 'ol/proj';
import { Stroke, Style } from 'ol/style';
import type { StyleFunction } from 'ol/style/Style';

import { labelText, stylesOf } from '../../shared/symbols';
import type { BBox, MapLayer, Symbol } from '../../shared/types';
import { rowById, shownIds } from '../state/rows';
import { session } from '../state/session';
import { type Paint, painted, parcelsStepBack } from './state';

/** Size and colour of labels: areas lead, parcels are read, the ground only helps to find one's way. */
const LABELS: Record<string, [size: number, colour: string]> = {
  'layer.area': [14, '#174a85'],
  'layer.parcel': [12, '#1b1f24'],
  other: [12, '#6b7178'],
};

/** Which parcel a feature of a tile is. */
export const idOf = (feature: FeatureLike): number => Number(feature.get('id') ?? feature.getId());

const LEFT_OUT = [new Style({ stroke: new Stroke({ color: 'rgba(80,87,95,0.28)', width: 0.75 }) })];

/** While a file or the faults are looked at, the register is only their background. */
const BACKGROUND = [new Style({ stroke: new Stroke({ color: 'rgba(80,87,95,0.55)', width: 1 }) })];

/** The status colours, each with a hatch of its own, as in every legend. */
export const PAINTS: Record<Paint, { symbol: Symbol; label: string }> = {
  done: { symbol: { fill: '#2E9E5B' }, label: '已计入' },
  open: { symbol: { fill: '#F2A100', hatch: 'diagonal' }, label: '未计入' },
  ill: { symbol: { fill: '#D93025', hatch: 'cross' }, label: '须处理' },
  plain: { symbol: { fill: '#2F6FDE', hatch: 'horizontal' }, label: '计入' },
};
const painting = new Map<Paint, Style[]>();
const paintStyles = (paint: Paint): Style[] => {
  if (!painting.has(paint)) painting.set(paint, stylesOf(PAINTS[paint].symbol, 'polygon'));
  return painting.get(paint)!;
};

/** Layers whose labels wait for the rows that say where they belong. */
const PLACED = ['layer.parcel', 'layer.area'];

/** One label per parcel or area: at the middle of its box, so that the pieces of two tiles do not each carry one. */
function labelPlace(source: string, id: number): Point | undefined {
  const boxes: Record<string, BBox | null | undefined> = {
    'layer.parcel': rowById.value.get(id)?.bbox,
    'layer.area': session.areas.find((area) => area.id === id)?.bbox,
  };
  const box = boxes[source];
  return box ? new Point(transform([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], 'EPSG:4326', 'EPSG:3857')) : undefined;
}

/** How a layer of tiles is drawn: by category, with labels when near enough; parcels filtered out stay as faint outlines. */
export function styleFunction(layer: MapLayer, zoomOf: (resolution: number) => number | undefined): StyleFunction {
  const { property, categories = [], label } = layer.style;
  const otherwise = stylesOf(layer.style.default ?? {}, layer.geometry);
  const byValue = new Map(categories.map((category) => [category.value, stylesOf(category, layer.geometry)]));
  const labels = new Map<number, Style>();
  const isParcel = layer.source.startsWith('layer.parcel');

  const labelOf = (feature: FeatureLike): Style => {
    const id = idOf(feature);
    let style = labels.get(id);
    if (!style) {
      const spot = labelPlace(layer.source, id);
      const text = String(feature.get(label?.property ?? 'parcel_no') ?? '');
      style = new Style({ text: labelText(text, ...(LABELS[layer.source] ?? LABELS['other']!)), geometry: spot });
      if (layer.geometry === 'point') style.getText()!.setOffsetY(-10);
      if (spot || !PLACED.includes(layer.source)) labels.set(id, style);
    }
    return style;
  };

  return (feature, resolution) => {
    if (isParcel && parcelsStepBack()) return BACKGROUND;
    if (isParcel && painted.value) {
      const paint = painted.value.of.get(idOf(feature));
      return paint ? paintStyles(paint) : LEFT_OUT;
    }
    if (isParcel && shownIds.value && !shownIds.value.has(idOf(feature))) return LEFT_OUT;
    const styles = (property && byValue.get(String(feature.get(property)))) || otherwise;
    const near = label && (zoomOf(resolution) ?? 0) >= (label.minzoom ?? 14);
    return near ? [...styles, labelOf(feature)] : styles;
  };
}
