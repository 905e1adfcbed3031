/** A hole as it is typed: texts until it is sent, and what the server found wrong with it, by row and field. Pure. */
import type { Point } from '../types';

export interface LayerDraft {
  from_m: string;
  to_m: string;
  soil_name: string;
  /** '' leaves it to the word for the soil. */
  is_waste: '' | 'yes' | 'no';
  waste_class: string;
  description: string;
}

export interface HoleDraft {
  point_no: string;
  kind: string;
  easting: string;
  northing: string;
  crs: number;
  total_depth_m: string;
  bottom_reached: boolean;
  ground_elev_m: string;
  position_method: string;
  made_on: string;
  water_stable_m: string;
  contractor: string;
  remark: string;
  replace_reason: string;
  layers: LayerDraft[];
}

export interface Fault {
  row?: number | null;
  field?: string | null;
  message: string;
}

export const emptyLayer = (from_m = ''): LayerDraft => ({ from_m, to_m: '', soil_name: '', is_waste: '', waste_class: '', description: '' });

export const emptyHole = (point_no: string, crs: number): HoleDraft => ({
  point_no, kind: 'borehole', easting: '', northing: '', crs, total_depth_m: '', bottom_reached: true, ground_elev_m: '', position_method: 'rtk', made_on: '', water_stable_m: '', contractor: '', remark: '', replace_reason: '', layers: [emptyLayer('0')],
});

/** The next row goes on where the last one ends. */
export const nextLayer = (layers: LayerDraft[]): LayerDraft => emptyLayer(layers.at(-1)?.to_m ?? '0');

const LETTERS: Record<string, string> = { borehole: 'ZK', pit: 'TK', trench: 'TC', probe: 'QT' };
const WIDTH = 2;

/** The number after the highest of the kind: ZK09 → ZK10. */
export function nextNumber(points: Pick<Point, 'point_no'>[], kind: string): string {
  const letters = LETTERS[kind] ?? 'ZK';
  const used = points.map(({ point_no }) => (point_no.startsWith(letters) ? Number(point_no.slice(letters.length)) : 0)).filter(Number.isInteger);
  return letters + String(Math.max(0, ...used) + 1).padStart(WIDTH, '0');
}

const NUMBER = /^-?\d+(\.\d+)?$/;
export const isNumber = (text: string): boolean => NUMBER.test(text.trim());
const REQUIRED = ['easting', 'northing', 'total_depth_m'] as const;
const OPTIONAL = ['ground_elev_m', 'water_stable_m'] as const;

/** What cannot be sent yet, by field and, in layers, by row; the server judges the rest. */
export function unready(hole: HoleDraft): { row: number | null; field: string }[] {
  const found: { row: number | null; field: string }[] = [];
  if (!hole.point_no.trim()) found.push({ row: null, field: 'point_no' });
  for (const field of REQUIRED) if (!isNumber(hole[field])) found.push({ row: null, field });
  for (const field of OPTIONAL) if (hole[field].trim() && !isNumber(hole[field])) found.push({ row: null, field });
  hole.layers.forEach((layer, n) => {
    for (const field of ['from_m', 'to_m'] as const) if (!isNumber(layer[field])) found.push({ row: n + 1, field });
    if (!layer.soil_name.trim()) found.push({ row: n + 1, field: 'soil_name' });
  });
  return found;
}

/** As the server takes it; what is empty is left out. */
export function toBody(hole: HoleDraft): Record<string, unknown> {
  const { layers, bottom_reached, crs, ...texts } = hole;
  return {
    ...filled(texts), bottom_reached, crs,
    layers: layers.map(({ is_waste, waste_class, ...rest }) => ({
      ...filled(rest),
      ...(is_waste ? { is_waste: is_waste === 'yes' } : {}),
      ...(waste_class && is_waste !== 'no' ? { waste_class } : {}),
    })),
  };
}
const filled = (texts: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.trim()] as const).filter(([, text]) => text));

export const faultsOfRow = (faults: Fault[], row: number): Fault[] => faults.filter((one) => one.row === row);
/** Faults of the hole itself. */
export const faultsOfHole = (faults: Fault[]): Fault[] => faults.filter((one) => !one.row);
export const hasFault = (faults: Fault[], row: number | null, field: string): boolean => faults.some((one) => (one.row ?? null) === row && one.field === field);
