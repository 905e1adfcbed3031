/** What the gate offers, kept from the last time with network, and what follows from it. Pure. */
import type { KeptLoad } from '../queue/contract';
import type { Load } from '../queue/wire';

export interface GateProject {
  id: number;
  no: string;
  title: string;
  state: string;
  classes: string[];
  parcels: { id: number; parcel_no: string; parcel_name: string | null }[];
  sites: { id: number; name: string; accepts: string[] }[];
  carriers: { id: number; carrier: string; trucks: string[] }[];
}
export interface Gate {
  projects: GateProject[];
  words: Record<string, { zh: string; en: string }>;
}
export interface KeptGate {
  got_at: number;
  gate: Gate;
}

/** What the form holds; figures as they were typed. */
export interface Typed {
  project: number | null;
  waste_class: string;
  plate: string;
  site: number | null;
  parcel: number | null;
  loaded_m3: string;
  gross_t: string;
  tare_t: string;
  manifest_no: string;
  remark: string;
  photo: string | null;
  /** The refused load this one is instead of. */
  instead: string | null;
}
export const EMPTY: Typed = {
  project: null, waste_class: '', plate: '', site: null, parcel: null, loaded_m3: '', gross_t: '', tare_t: '', manifest_no: '', remark: '', photo: null, instead: null,
};

/** Trucks of a project, those that left last first, then by their plate. */
export function platesOf(project: GateProject, loads: KeptLoad[]): string[] {
  const last = new Map<string, number>();
  for (const { body, made_at } of loads) last.set(body.plate, Math.max(last.get(body.plate) ?? 0, made_at));
  const all = [...new Set(project.carriers.flatMap(({ trucks }) => trucks))];
  return all.sort((a, b) => (last.get(b) ?? 0) - (last.get(a) ?? 0) || (a < b ? -1 : 1));
}

export const carrierOf = (project: GateProject, plate: string): number | undefined => project.carriers.find(({ trucks }) => trucks.includes(plate))?.id;

/** A plate as it is written everywhere: capitals, without blanks and dots. */
export const plain = (text: string): string => text.normalize('NFKC').replace(/[\s·•・.\-—_]+/g, '').toUpperCase();

const PROVINCES = `京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼`;
/** How most plates of the city begin. */
export const HOME = `粤C`;
const PLATE = new RegExp(`^[${PROVINCES}][A-Z][A-Z0-9]{4,6}[A-Z0-9挂学警港澳]$`);
export const isPlate = (text: string): boolean => PLATE.test(plain(text));

/** A figure above zero as it is sent; an empty text where there is none, null where it is no figure. */
export function figure(text: string, most: number): string | null {
  const typed = text.trim().replace('，', '.').replace(',', '.');
  if (!typed) return '';
  const value = Number(typed);
  return /^\d{1,3}(\.\d{1,3})?$/.test(typed) && value > 0 && value < most ? typed : null;
}

/** Tonnes of the load: gross less tare, where both are known; null where that is nothing. */
export function netOf({ gross_t, tare_t }: Pick<Typed, 'gross_t' | 'tare_t'>): string | null {
  const [gross, tare] = [figure(gross_t, 200), figure(tare_t, 200)];
  if (!gross || !tare) return '';
  const net = Number(gross) - Number(tare);
  return net > 0 ? net.toFixed(3).replace(/\.?0+$/, '') : null;
}

/** A number of its own for a load without one on paper: the project's own, the moment, two letters of the phone. */
export function numberOf(no: string, at: Date, device: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const beijing = new Date(at.getTime() + 8 * 3_600_000);
  const moment = [beijing.getUTCMonth() + 1, beijing.getUTCDate(), beijing.getUTCHours(), beijing.getUTCMinutes(), beijing.getUTCSeconds()].map(two).join('');
  return `${no.replace(/^\D*\d{4}-/, '')}-${moment}${device.slice(0, 2).toUpperCase()}`;
}

/** The first thing that keeps a load from being saved; null where nothing does. */
export type Want = 'project' | 'class' | 'plate' | 'volume' | 'weight' | 'net' | 'none';
export function wanting(typed: Typed): Want | null {
  if (typed.project === null) return 'project';
  if (!typed.waste_class) return 'class';
  if (!isPlate(typed.plate)) return 'plate';
  if (figure(typed.loaded_m3, 100) === null) return 'volume';
  if (figure(typed.gross_t, 200) === null || figure(typed.tare_t, 200) === null) return 'weight';
  if (netOf(typed) === null) return 'net';
  return figure(typed.loaded_m3, 100) || netOf(typed) ? null : 'none';
}

export function loadOf(typed: Typed, project: GateProject, at: Date, by: string, no: string): Load {
  const plate = plain(typed.plate);
  const carrier = carrierOf(project, plate);
  const [m3, net] = [figure(typed.loaded_m3, 100), netOf(typed)];
  const weights = typed.gross_t && typed.tare_t ? [`毛重 ${typed.gross_t} t，皮重 ${typed.tare_t} t`] : [];
  const remark = [...weights, typed.remark.trim()].filter(Boolean).join('；');
  return {
    manifest_no: typed.manifest_no.trim() || no, project_id: project.id, waste_class: typed.waste_class, plate, loaded_at: at.toISOString(), producer_confirmed: by,
    ...(carrier ? { carrier_id: carrier } : {}), ...(typed.site ? { site_id: typed.site } : {}), ...(typed.parcel ? { parcel_id: typed.parcel } : {}),
    ...(m3 ? { loaded_m3: m3 } : {}), ...(net ? { loaded_net_t: net } : {}), ...(remark ? { remark } : {}),
  };
}

/** Count, m³ loose and tonnes of loads, each over those where it is known. */
export function sums(loads: KeptLoad[]): { count: number; m3: number; t: number } {
  const add = (name: 'loaded_m3' | 'loaded_net_t'): number => loads.reduce((sum, { body }) => sum + Number(body[name] ?? 0), 0);
  return { count: loads.length, m3: add('loaded_m3'), t: add('loaded_net_t') };
}
