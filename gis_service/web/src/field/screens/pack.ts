/** What the phone carries so that it needs no network: the answer of `GET /api/v1/field/pack`. */
import { pick } from '../../shared/i18n';
import type { Collection, FacilityFacts, MapPack, ParcelFacts } from '../map/model';
import type { Form } from '../forms/types';

export interface Task {
  id: number; title: string; area_id: number | null; night: boolean; due_from: string; due_on: string; state: string;
  /** `visited_at`: somebody was there on this task, as far as the server knew. */
  parcels: { id: number; seq: number; visited_at?: string | null }[];
}

export interface ParcelProps extends ParcelFacts {
  area_m2?: number | null; custodian_unit?: string | null; risk_level?: string | null; waste_found?: boolean | null; last_visit_at?: string | null;
}
export interface FacilityProps extends FacilityFacts { kind?: string | null; row_version: number }
export interface CheckItem { code: string; zh: string; en: string; severity: 'low' | 'medium' | 'high'; days: number | null; case: boolean }

export interface Pack extends MapPack {
  as_of: string;
  server_time: string;
  person: { id: number; name: string; unit_id: number | null };
  settings: { view_m: number; track_batch: number; chunk_bytes: number; max_photo_mb: number };
  tasks: Task[];
  parcels: Collection<ParcelProps>;
  facilities: Collection<FacilityProps>;
  items: CheckItem[];
  forms: Form[];
  vocabularies: Record<string, Record<string, { zh: string; en: string }>>;
}

/** The pack with the server's name for its state, so that nothing is sent again that is here. */
export interface KeptPack { etag: string; got_at: number; pack: Pack }

export const parcelOf = (pack: Pack | null, id: number | null | undefined): Collection<ParcelProps>['features'][number] | undefined =>
  pack?.parcels.features.find((one) => one.properties.id === id);

export const facilitiesOf = (pack: Pack | null, parcel: number | null, noun?: string): Collection<FacilityProps>['features'] =>
  pack?.facilities.features.filter(({ properties: facts }) => facts.parcel_id === parcel && (!noun || facts.noun === noun)) ?? [];

export const formOf = (pack: Pack | null, code: string): Form | undefined => pack?.forms.find((one) => one.code === code);

export const itemOf = (pack: Pack | null, code: string): CheckItem | undefined => pack?.items.find((one) => one.code === code);

export const itemName = (pack: Pack | null, code: string): string => {
  const item = itemOf(pack, code);
  return item ? pick(item.zh, item.en) : code;
};

/** The word for a stored value; the value itself if the pack has none. */
export function word(pack: Pack | null, list: string, value: string | null | undefined): string {
  if (!value) return '–';
  const found = pack?.vocabularies[list]?.[value];
  return found ? pick(found.zh, found.en) : value;
}
