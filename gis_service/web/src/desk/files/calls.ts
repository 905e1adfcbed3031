/** Files of parcels, as the server tells and takes them. */
import { call, get } from '../../shared/http';

export interface ParcelFile {
  id: number;
  parcel_id: number;
  name: string;
  kind: string;
  size_bytes: number;
  sha256: string;
  caption: string | null;
  has_thumbnail: boolean;
  added_at: string;
  added_by: string;
  removed_reason: string | null;
}

/** One file of a ZIP: whose it is, and what became of it. */
export interface Share {
  path: string;
  parcel_no: string | null;
  parcel_id: number | null;
  state: 'matched' | 'attached' | 'present' | 'no_match' | 'refused';
  reason: string | null;
}

export const filesOf = (parcel: number, as_of?: string): Promise<ParcelFile[]> =>
  get<{ items: ParcelFile[] }>(`/parcels/${parcel}/files`, { as_of }).then(({ items }) => items);

function formOf(file: File, more: Record<string, string> = {}): FormData {
  const form = new FormData();
  form.append('file', file);
  for (const [name, value] of Object.entries(more)) form.append(name, value);
  return form;
}

export const attach = (parcel: number, file: File): Promise<ParcelFile> =>
  call('POST', `/parcels/${parcel}/files`, { form: formOf(file) });

export const describeFile = (id: number, body: { kind?: string; caption?: string }): Promise<ParcelFile> =>
  call('PATCH', `/files/${id}`, { body });

export const removeFile = (id: number, reason: string): Promise<ParcelFile> => call('POST', `/files/${id}/remove`, { body: { reason } });
export const restoreFile = (id: number): Promise<ParcelFile> => call('POST', `/files/${id}/restore`, { body: {} });

export const shareOut = (file: File, apply: boolean): Promise<Share[]> =>
  call<{ items: Share[] }>('POST', '/files/bundle', { form: formOf(file, { apply: String(apply) }) }).then(({ items }) => items);

export const contentUrl = (id: number): string => `/api/v1/files/${id}/content`;
export const thumbnailUrl = (id: number): string => `/api/v1/files/${id}/thumbnail`;
