/** What the pages of lineage ask the server. */
import { call, get, seen } from '../../../shared/http';
import type { Geometry } from '../../../shared/geojson';
import type { BBox, BoundaryPoint, Parcel } from '../../../shared/types';

export type Kind = 'split' | 'merge' | 'adjust' | 'retire';
export type Place = [number, number];

export interface Paper {
  id: number;
  doc_no: string;
  title: string;
}

export interface Because {
  reason?: string;
  document_id?: number;
  on?: string;
}

export interface Wish {
  parcel_no?: string;
  parcel_name?: string;
  area_registered_m2?: string;
}

export interface Plan {
  kind: Kind;
  parents: { id: number; parcel_no: string; area_computed_m2: number; area_registered_m2: number | null; row_version: number }[];
  children: {
    parcel_id: number | null;
    parcel_no: string;
    parcel_name: string | null;
    geometry: Geometry;
    area_computed_m2: number;
    area_mu: number;
    area_registered_m2: number | null;
    boundary_points: BoundaryPoint[];
  }[];
  shares: { parent_id: number; child: number; area_m2: number }[];
  balance_m2: number;
  warnings: { code: string; message: string }[];
  differing: string[];
}

export interface Act {
  id: number;
  kind: Kind;
  on: string;
  at: string;
  actor: string;
  reason: string;
  balance_m2: number;
  document: Paper | null;
  undone_at: string | null;
  undone_by: string | null;
  undone_reason: string | null;
  parcels: { id: number; parcel_no: string; side: 'before' | 'after'; area_computed_m2: number; area_registered_m2: number | null }[];
  /** Nobody changed one of its parcels since, so it can be taken back. */
  untouched: boolean;
}

export interface GraphNode {
  id: number;
  parcel_no: string;
  parcel_name: string | null;
  retired_on: string | null;
  area_computed_m2: number;
  area_registered_m2: number | null;
  bbox: BBox;
}

export interface GraphEdge {
  event_id: number;
  kind: Kind;
  parent_id: number;
  child_id: number;
  on: string;
  area_m2: number;
}

export interface Graph {
  id: number;
  nodes: GraphNode[];
  edges: GraphEdge[];
  events: Act[];
  truncated: boolean;
}

export interface Drawn {
  lines: Place[][];
  children?: Wish[];
}

const post = <T>(path: string, body: unknown, etag?: string): Promise<T> => call<T>('POST', path, { body, seen: etag });

/** The versions that were seen, as one If-Match. */
export const tagsOf = (parcels: { id: number; row_version: number }[]): string => parcels.map(({ id, row_version }) => `"p${id}.${row_version}"`).join(', ');

export const calls = {
  graph: (id: number, as_of?: string) => get<Graph>(`/parcels/${id}/lineage`, { as_of }),
  previewSplit: (id: number, body: Drawn) => post<Plan>(`/parcels/${id}/split/preview`, body),
  split: (id: number, body: Drawn & Because, etag: string) => post<Act>(`/parcels/${id}/split`, body, etag),
  previewMerge: (body: { parcels: number[]; child?: Wish }) => post<Plan>('/parcels/merge/preview', body),
  merge: (body: { parcels: number[]; child?: Wish } & Because, etag: string) => post<Act>('/parcels/merge', body, etag),
  previewAdjust: (body: { parcels: number[] } & Drawn) => post<Plan>('/parcels/adjust/preview', body),
  adjust: (body: { parcels: number[] } & Drawn & Because, etag: string) => post<Act>('/parcels/adjust', body, etag),
  retire: (id: number, body: Because, etag: string) => post<Act>(`/parcels/${id}/retire`, body, etag),
  undo: (event: number, reason: string) => post<Act>(`/events/${event}/undo`, { reason }),
  create: (body: Record<string, unknown>) => seen<Parcel>('POST', '/parcels', { body }),
};
