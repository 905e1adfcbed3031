/** Boxes on a page and the map in them: pure, in mm of the page and metres of the land. */
import type { Box, Choices, Definition, Preview } from './types';

export type Edge = 'n' | 's' | 'e' | 'w' | 'ne' | 'nw' | 'se' | 'sw';
export const EDGES: Edge[] = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'];

/** Between which values a box may lie, and how small it may be. */
export interface Limits {
  left: number;
  top: number;
  right: number;
  low: number;
  wide: number;
  high: number;
}

export function limitsOf(name: string, page: { width_mm: number; height_mm: number }, choices: Choices): Limits {
  const [wide, high] = choices.least_mm[name.split('-')[0]!] ?? [10, 10];
  const band = name === 'map' ? choices.band_mm : 0;
  const edge = choices.edge_mm + band;
  return { left: edge, top: edge, right: page.width_mm - edge, low: page.height_mm - choices.foot_mm - band, wide, high };
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
const between = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** The box moved, as far as the page goes. */
export function moved([x, y, w, h]: Box, dx: number, dy: number, to: Limits): Box {
  return [tenth(between(x + dx, to.left, to.right - w)), tenth(between(y + dy, to.top, to.low - h)), w, h];
}

/** The box with an edge or a corner drawn elsewhere. */
export function resized([x, y, w, h]: Box, edge: Edge, dx: number, dy: number, to: Limits): Box {
  let [left, top, right, low] = [x, y, x + w, y + h];
  if (edge.includes('w')) left = between(left + dx, to.left, right - to.wide);
  if (edge.includes('e')) right = between(right + dx, left + to.wide, to.right);
  if (edge.includes('n')) top = between(top + dy, to.top, low - to.high);
  if (edge.includes('s')) low = between(low + dy, top + to.high, to.low);
  return [tenth(left), tenth(top), tenth(right - left), tenth(low - top)];
}

/** Any four numbers as a box that may be. */
export function fitted([x, y, w, h]: Box, to: Limits): Box {
  const wide = between(w, to.wide, to.right - to.left);
  const high = between(h, to.high, to.low - to.top);
  return moved([x, y, tenth(wide), tenth(high)], 0, 0, to);
}

/** The middle of the map after the land was drawn by so many mm. */
export function panned(shown: Pick<Preview, 'scale' | 'centre' | 'middle'>, dx: number, dy: number, fixed: boolean): NonNullable<Definition['centre']> {
  const metres = shown.scale / 1000;
  return centred([shown.centre[0] - dx * metres, shown.centre[1] + dy * metres], shown.middle, fixed);
}

export function centred([east, north]: [number, number], middle: [number, number], fixed: boolean): NonNullable<Definition['centre']> {
  const [x, y] = fixed ? [0, 0] : middle;
  return { fixed, east_m: tenth(east - x), north_m: tenth(north - y) };
}

/** The scale so many steps further on the ladder; more steps show more land. */
export function stepped(scales: number[], now: number, by: number): number {
  const at = scales.indexOf(now);
  return scales[between((at < 0 ? 0 : at) + by, 0, scales.length - 1)]!;
}

/** Where everything stands now, as boxes of the layout: from the first moved box on nothing moves by itself any more. */
export function standing(shown: Preview, boxes: Record<string, Box>, to: (name: string) => Limits): Record<string, Box> {
  if (Object.keys(boxes).length) return boxes;
  const own = shown.parts.filter(({ column }) => column === 0).map(({ name, box }) => [name, fitted(box, to(name))] as const);
  return { map: fitted(shown.map, to('map')), ...Object.fromEntries(own) };
}

/** What a box covers on the page: as the layout has it, or as far as the part itself goes. */
export function boxOf(name: string, shown: Preview, boxes: Record<string, Box>): Box | null {
  if (boxes[name]) return boxes[name];
  if (name === 'map') return shown.map;
  const part = shown.parts.find((one) => one.name === name);
  return part ? (part.column ? part.used : part.box) : null;
}
