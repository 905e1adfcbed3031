/** Outlines over the tiles: the chosen parcel, two versions of one, the rows of an import. */
import type Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import type { Geometry } from 'ol/geom';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, Stroke, Style } from 'ol/style';

import { hatchLines, TILE } from '../../shared/hatch';
import type { Hatch } from '../../shared/types';
import type { Mark, MarkKind } from './state';
import { labelText } from '../../shared/symbols';

/** Colours of judgement, not of status: what a comparison adds (accent) and takes away (grey: nothing is wrong with it), what an import may and may not bring in. */
const INK = { good: '#1c6b3d', warn: '#9a6700', bad: '#b3261e', old: '#50575f', accent: '#1f5fa8' };

const line = (color: string, width: number, lineDash?: number[]): Style => new Style({ stroke: new Stroke({ color, width, lineDash }) });

/** A point that is never hidden by another. */
const spot = (color: string, radius: number): Style =>
  new Style({ image: new Circle({ radius, fill: new Fill({ color }), stroke: new Stroke({ color: '#fff', width: 1.5 }), declutterMode: 'none' }) });

function hatched(color: string, hatch: Hatch, lineDash?: number[]): Style {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = TILE;
  const pen = canvas.getContext('2d')!;
  pen.strokeStyle = color;
  pen.lineWidth = 1.5;
  for (const [x1, y1, x2, y2] of hatchLines(hatch)) {
    pen.beginPath();
    pen.moveTo(x1!, y1!);
    pen.lineTo(x2!, y2!);
    pen.stroke();
  }
  return new Style({ fill: new Fill({ color: pen.createPattern(canvas, 'repeat') }), stroke: new Stroke({ color, width: 1.5, lineDash }) });
}

const STYLES: Record<MarkKind, () => Style[]> = {
  chosen: () => [line('rgba(255,255,255,0.9)', 6), line(INK.accent, 3)],
  before: () => [line('rgba(255,255,255,0.9)', 4), line(INK.old, 2, [7, 5])],
  after: () => [line('rgba(255,255,255,0.9)', 5), line(INK.accent, 2.5)],
  added: () => [hatched(INK.accent, 'diagonal')],
  removed: () => [hatched(INK.old, 'cross', [4, 3])],
  kept: () => [line('rgba(255,255,255,0.9)', 4), line(INK.accent, 1.5)],
  hot99: () => [hatched('#8c2d04', 'cross')],
  hot95: () => [hatched('#d9580f', 'diagonal')],
  hot90: () => [hatched('#f0a15e', 'horizontal')],
  'heap-offered': () => [hatched('#c77f00', 'diagonal')],
  'heap-taken': () => [hatched(INK.accent, 'horizontal')],
  'heap-left': () => [hatched(INK.old, 'cross', [4, 3])],
  words: () => [],
  ok: () => [hatched(INK.good, 'diagonal')],
  warning: () => [hatched(INK.warn, 'horizontal', [8, 3])],
  error: () => [hatched(INK.bad, 'cross', [4, 3])],
  'fault-area': () => [line('rgba(255,255,255,0.9)', 7), line(INK.bad, 3), hatched(INK.bad, 'cross')],
  'fault-line': () => [line('rgba(255,255,255,0.9)', 7), line(INK.bad, 3)],
  'spot-error': () => [spot(INK.bad, 6)],
  'spot-warning': () => [spot('#c77f00', 5)],
  'spot-info': () => [spot(INK.old, 4)],
  fault: () => [new Style({ image: new Circle({ radius: 10, stroke: new Stroke({ color: '#fff', width: 6 }), declutterMode: 'none' }) }), new Style({ image: new Circle({ radius: 10, stroke: new Stroke({ color: INK.bad, width: 3 }), declutterMode: 'none' }) })],
};

const ORDER: MarkKind[] = ['words', 'spot-info', 'spot-warning', 'spot-error', 'kept', 'added', 'removed', 'ok', 'warning', 'error', 'heap-left', 'heap-taken', 'heap-offered', 'hot90', 'hot95', 'hot99', 'chosen', 'before', 'after', 'fault-area', 'fault-line', 'fault'];
const FORMAT = new GeoJSON({ featureProjection: 'EPSG:3857' });
const made = new Map<MarkKind, Style[]>();

function stylesFor(kind: MarkKind): Style[] {
  if (!made.has(kind)) made.set(kind, STYLES[kind]());
  return made.get(kind)!;
}

export function markLayer(): VectorLayer<VectorSource<Feature<Geometry>>> {
  const layer = new VectorLayer({ source: new VectorSource<Feature<Geometry>>(), zIndex: 30, declutter: true });
  layer.setStyle((feature) => {
    const styles = stylesFor(feature.get('kind') as MarkKind);
    const label = feature.get('label') as string | undefined;
    if (!label) return styles;
    const size = feature.get('size') as number | undefined;
    const text = labelText(label, size);
    if (size) text.setOffsetY(-size);
    return [...styles, new Style({ text })];
  });
  return layer;
}

export function draw(layer: VectorLayer<VectorSource<Feature<Geometry>>>, marks: Mark[]): void {
  const sorted = [...marks].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  const features = sorted.map(({ geometry, kind, label, size, key }) => {
    const feature = FORMAT.readFeature({ type: 'Feature', geometry, properties: { kind, label, size, key } }) as Feature<Geometry>;
    return feature;
  });
  const source = layer.getSource()!;
  source.clear(true);
  source.addFeatures(features);
}
