/** What the address bar holds, as plain data: which place, what is chosen there, and the settings of the view. */

export const PLACES = [
  'parcels', 'work', 'imports', 'checks', 'survey_programmes', 'surveys', 'disposals', 'disposal_plan', 'disposal_partners', 'elevation_comparisons', 'handover_batches', 'handovers', 'rectifications', 'patrols', 'cases', 'clues', 'claims', 'meetings', 'action_items', 'overview', 'indicators', 'monthly_reports', 'layouts', 'layers', 'layer_workshop', 'admin',
] as const;
export type PlaceName = (typeof PLACES)[number];

export interface Address {
  place: PlaceName;
  /** The chosen thing of the place: a parcel or batch id, a layer id, a section of 管理. */
  chosen: string | null;
  query: Record<string, string>;
}

const ROOT = '/desk/';

/** Reads an address; an unknown place is the first one. */
export function readAddress(path: string, search: string): Address {
  const [first = '', second = ''] = path.replace(ROOT, '').split('/');
  const place = PLACES.find((name) => name === first) ?? 'parcels';
  const query = Object.fromEntries(new URLSearchParams(search));
  return { place, chosen: second ? decodeURIComponent(second) : null, query };
}

/** Writes an address; commas, dots and slashes stay readable in the query. */
export function writeAddress({ place, chosen, query }: Address): string {
  const path = ROOT + place + (chosen ? `/${encodeURIComponent(chosen)}` : '');
  const wanted = Object.entries(query).filter(([, value]) => value !== '');
  const search = new URLSearchParams(wanted).toString().replaceAll('%2C', ',').replaceAll('%2F', '/');
  return search ? `${path}?${search}` : path;
}

/** The view of the map as `lon,lat,zoom`. */
export interface MapView {
  lon: number;
  lat: number;
  zoom: number;
}

export function readView(text: string | undefined): MapView | null {
  const [lon, lat, zoom] = (text ?? '').split(',').map(Number);
  const known = [lon, lat, zoom].every((value) => value !== undefined && Number.isFinite(value));
  return known && text ? { lon: lon!, lat: lat!, zoom: zoom! } : null;
}

export const writeView = ({ lon, lat, zoom }: MapView): string =>
  `${lon.toFixed(5)},${lat.toFixed(5)},${zoom.toFixed(2)}`;
