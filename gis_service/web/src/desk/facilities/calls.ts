/** Fences, signs and cameras of a parcel, as the server tells and takes them. */
import type { Geometry } from '../../shared/geojson';
import { call, get, seen, type Seen } from '../../shared/http';

export type Kind = 'fences' | 'signs' | 'cameras';

export interface Facility {
  id: number;
  parcel_id: number;
  condition: string;
  fence_type?: string;
  sign_type?: string;
  camera_no?: string | null;
  height_m?: number | null;
  length_m?: number;
  wording?: string | null;
  built_on?: string | null;
  installed_on?: string | null;
  /** A camera's pictures are evidence for a penalty only when it was reviewed and its place is published. */
  reviewed_on?: string | null;
  published_url?: string | null;
  inspected_on: string | null;
  remark: string | null;
  row_version: number;
  geometry: Geometry;
}

export interface FenceSummary {
  fence_status: string;
  fence_ratio: number | null;
  fence_length_m: number | null;
  perimeter_m: number;
  sign_count: number;
  camera_count: number;
}

export type Facilities = Record<Kind, Facility[]> & { summary?: FenceSummary };

export interface PastState extends Facility {
  version_no: number;
  valid_from: string;
  valid_to: string | null;
  actor: string | null;
  reason: string | null;
  doc_no: string | null;
}

export const facilities = (id: number, as_of?: string): Promise<Facilities> => get(`/parcels/${id}/facilities`, { as_of });

export const putUp = (parcel: number, kind: Kind, body: Record<string, unknown>): Promise<Facility> =>
  call('POST', `/parcels/${parcel}/${kind}`, { body });

export const changeFacility = (kind: Kind, one: Facility, body: Record<string, unknown>): Promise<Seen<Facility>> =>
  seen('PATCH', `/${kind}/${one.id}`, { body, seen: `"${kind}${one.id}.${one.row_version}"` });

export const historyOf = (kind: Kind, id: number): Promise<PastState[]> =>
  get<{ items: PastState[] }>(`/${kind}/${id}/history`).then(({ items }) => items);
