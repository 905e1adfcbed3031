/** Symbols of the layers (data) as OpenLayers draws them, on the desk and on the phone alike. */
import { Circle, Fill, Stroke, Style, Text } from 'ol/style';

import { hatchDots, hatchLines, TILE } from './hatch';
import type { MapLayer, Symbol } from './types';

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

/** Dark letters on a light rim, or the other way round on a dark map. */
export const labelText = (text: string, size = 12, colour = '#1b1f24', rim = 'rgba(255,255,255,0.9)'): Text =>
  new Text({
    text,
    font: `${size}px ${FONT}`,
    fill: new Fill({ color: colour }),
    stroke: new Stroke({ color: rim, width: 3 }),
    overflow: true,
  });
