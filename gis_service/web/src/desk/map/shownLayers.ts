/** Which layers are shown, how strong, and over or under the parcels: as the address holds it. Pure.
 *
 * `risk,hotspot.60,area.under` – ids in any order, then what is not usual for the layer; `none` for no layer at all. Ids hold no dots.
 */
import type { MapLayer } from '../../shared/types';

export interface Shown {
  /** Percent, 10–100; of the parcels also 0. */
  opacity: number;
  /** Drawn over the parcels; lines and points always are. */
  over: boolean;
}
export type ShownLayers = ReadonlyMap<string, Shown>;

/** The six ways to colour parcels are one layer here. */
export const PARCELS = 'parcels';
const NONE = 'none';

/** What is switched on by itself is the ground one finds one's way by, and lies under the parcels; what a person adds is to be seen. */
export const usualOf = (layer: MapLayer): Shown => ({ opacity: 100, over: layer.geometry !== 'polygon' || !layer.visible });

/** What is shown until the person says otherwise. */
export const usualLayers = (layers: readonly MapLayer[]): ShownLayers => new Map(layers.filter(({ visible }) => visible).map((layer) => [layer.id, usualOf(layer)]));

const percent = (text: string, least: number): number | null => {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= 100 ? value : null;
};

/** Reads the words of an address; layers that do not exist (any more) and words that say nothing are passed over. */
export function readShown(text: string | undefined, layers: readonly MapLayer[]): ShownLayers {
  if (!text) return usualLayers(layers);
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  const found = new Map<string, Shown>();
  for (const [id = '', ...rest] of text.split(',').map((part) => part.split('.'))) {
    const layer = byId.get(id);
    if (!layer && id !== PARCELS) continue;
    const shown = layer ? usualOf(layer) : { opacity: 100, over: false };
    for (const word of rest) {
      shown.opacity = percent(word, layer ? 10 : 0) ?? shown.opacity;
      if (layer?.geometry === 'polygon' && (word === 'over' || word === 'under')) shown.over = word === 'over';
    }
    found.set(id, shown);
  }
  return found;
}

/** The words for what is shown, or undefined where that is the usual. */
export function writeShown(shown: ShownLayers, layers: readonly MapLayer[]): string | undefined {
  const parts = layers.filter(({ id }) => shown.has(id)).map((layer) => {
    const { opacity, over } = shown.get(layer.id)!;
    return [layer.id, ...(opacity < 100 ? [opacity] : []), ...(over === usualOf(layer).over ? [] : [over ? 'over' : 'under'])].join('.');
  });
  const parcels = shown.get(PARCELS);
  if (parcels && parcels.opacity < 100) parts.push(`${PARCELS}.${parcels.opacity}`);
  const usual = layers.filter(({ visible }) => visible).map(({ id }) => id).join();
  const text = parts.join() || NONE;
  return text === (usual || NONE) ? undefined : text;
}

const PIXEL_M = 0.00028;
const EQUATOR_M_PER_PX = 156543.03392804097;

/** The denominator of the scale at a zoom of the map, rounded to two digits; on pixels of 0.28 mm as OGC has it. */
export function scaleAt(zoom: number, lat: number): number {
  const exact = (EQUATOR_M_PER_PX * Math.cos((lat * Math.PI) / 180)) / 2 ** zoom / PIXEL_M;
  const digit = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1);
  return Math.round(exact / digit) * digit;
}

/** The zoom of the map from which a layer is drawn: one before that of its first tiles, which are then drawn at half their size. */
export const firstZoom = (layer: MapLayer): number => Math.max(0, layer.minzoom - 1);
