/** A layer's style (data) as OpenLayers draws it. Words, colours and hatches all come from the layer. */
import type { FeatureLike } from 'ol/Feature';
import Point from 'ol/geom/Point';
import { transform } from 'ol/proj';
import { Circle, Fill, Stroke, Style, Text } from 'ol/style';
import type { StyleFunction } from 'ol/style/Style';

import { hatchDots, hatchLines, TILE } from '../../shared/hatch';
import type { BBox, MapLayer, Symbol } from '../../shared/types';
import { rowById, shownIds } from '../state/rows';
import { session } from '../state/session';
import { parcelsStepBack } from './state';

const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';
const PLAIN_TINT = 0.5;
const HATCHED_TINT = 0.16;

/** `#RRGGBB` with an opacity. */
export function tint(colour: string, opacity: number): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},${opacity})`;
}

function hatchPattern(symbol: Symbol): CanvasPattern | null {
  const lines = hatchLines(symbol.hatch);
  const dots = hatchDots(symbol.hatch);
  if (!symbol.fill || (!lines.length && !dots.length)) return null;
  const ratio = window.devicePixelRatio || 1;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = TILE * ratio;
  const pen = canvas.getContext('2d')!;
  pen.scale(ratio, ratio);
  pen.strokeStyle = pen.fillStyle = symbol.fill;
  pen.lineWidth = 1.25;
  pen.beginPath();
  for (const [x1, y1, x2, y2] of lines) {
    pen.moveTo(x1!, y1!);
    pen.lineTo(x2!, y2!);
  }
  pen.stroke();
  for (const [x, y] of dots) {
    pen.beginPath();
    pen.arc(x!, y!, 1.2, 0, 7);
    pen.fill();
  }
  return pen.createPattern(canvas, 'repeat');
}

/** The styles of one symbol, bottom first. */
export function stylesOf(symbol: Symbol, geometry: MapLayer['geometry']): Style[] {
  const stroke = new Stroke({
    color: symbol.stroke ?? symbol.fill ?? '#50575f',
    width: symbol.stroke_width ?? 1.25,
    lineDash: symbol.dash ?? undefined,
  });
  if (geometry === 'point') {
    const fill = new Fill({ color: symbol.fill ?? '#fff' });
    return [new Style({ image: new Circle({ radius: symbol.radius ?? 3, fill, stroke }) })];
  }
  if (geometry === 'line' || !symbol.fill) return [new Style({ stroke })];
  const pattern = hatchPattern(symbol);
  const flat = new Fill({ color: tint(symbol.fill, symbol.opacity ?? (pattern ? HATCHED_TINT : PLAIN_TINT)) });
  if (!pattern) return [new Style({ fill: flat, stroke })];
  return [new Style({ fill: flat }), new Style({ fill: new Fill({ color: pattern }), stroke })];
}

export const labelText = (text: string, size = 12, colour = '#1b1f24'): Text =>
  new Text({
    text,
    font: `${size}px ${FONT}`,
    fill: new Fill({ color: colour }),
    stroke: new Stroke({ color: 'rgba(255,255,255,0.9)', width: 3 }),
    overflow: true,
  });

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
    if (isParcel && shownIds.value && !shownIds.value.has(idOf(feature))) return LEFT_OUT;
    const styles = (property && byValue.get(String(feature.get(property)))) || otherwise;
    const near = label && (zoomOf(resolution) ?? 0) >= (label.minzoom ?? 14);
    return near ? [...styles, labelOf(feature)] : styles;
  };
}
