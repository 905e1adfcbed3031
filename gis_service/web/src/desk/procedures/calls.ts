/** The calls of proceedings by name; `plural` is the procedure's word in addresses (cases, handovers …). */
import { call, get, type Query, type Seen, seen } from '../../shared/http';
import { lang } from '../../shared/i18n';
import type { Brief, Paper, PaperForm, Proceeding, Table, Work, WorkItem } from './types';

export interface StepSent {
  action: string;
  facts: Record<string, unknown>;
  reason: string;
  happened_on: string | null;
}

function form(file: File, more: Record<string, string>): FormData {
  const made = new FormData();
  made.append('file', file);
  for (const [name, value] of Object.entries(more)) if (value) made.append(name, value);
  return made;
}

export const calls = {
  list: (plural: string, query: Query, signal?: AbortSignal) =>
    get<{ items: Brief[]; next: number | null }>(`/${plural}`, query, signal),
  one: (plural: string, id: number, signal?: AbortSignal) => seen<Proceeding>('GET', `/${plural}/${id}`, { signal }),
  table: (plural: string) => get<Table>(`/${plural}/table`),
  open: (plural: string, body: Record<string, unknown>) => seen<Proceeding>('POST', `/${plural}`, { body }),
  step: (plural: string, id: number, body: StepSent, etag: string): Promise<Seen<Proceeding>> =>
    seen<Proceeding>('POST', `/${plural}/${id}/steps`, { body, seen: etag }),
  charge: (plural: string, id: number, body: Record<string, unknown>) => call('POST', `/${plural}/${id}/charge`, { body }),
  paperForm: (plural: string, id: number, kind: string) => get<PaperForm>(`/${plural}/${id}/papers/form`, { kind }),
  makePaper: (plural: string, id: number, body: Record<string, unknown>) => call<Paper>('POST', `/${plural}/${id}/papers`, { body }),
  uploadPaper: (plural: string, id: number, file: File, more: Record<string, string>) =>
    call<Paper>('POST', `/${plural}/${id}/papers/upload`, { form: form(file, more) }),
  withdrawPaper: (plural: string, id: number, paper: number, reason: string) =>
    call('POST', `/${plural}/${id}/papers/${paper}/withdraw`, { body: { reason } }),
  addFile: (plural: string, id: number, file: File, more: Record<string, string>) =>
    call('POST', `/${plural}/${id}/files`, { form: form(file, more) }),
  removeFile: (plural: string, id: number, file: number, reason: string) =>
    call('POST', `/${plural}/${id}/files/${file}/remove`, { body: { reason } }),
  sign: (plural: string, id: number, body: Record<string, unknown>) => call('POST', `/${plural}/${id}/signatures`, { body }),
  addAmount: (plural: string, id: number, body: Record<string, unknown>) => call('POST', `/${plural}/${id}/amounts`, { body }),
  removeAmount: (plural: string, id: number, amount: number, reason: string) =>
    call('POST', `/${plural}/${id}/amounts/${amount}/remove`, { body: { reason } }),
  work: () => get<Work>('/me/work'),
  late: () => get<{ items: WorkItem[]; as_of: string }>('/late'),
  ofParcel: (id: number) => get<{ items: WorkItem[] }>(`/parcels/${id}/proceedings`),
};

export const paperUrl = (plural: string, id: number, paper: number, format: string): string =>
  `/api/v1/${plural}/${id}/papers/${paper}/content?format=${format}`;
export const fileUrl = (plural: string, id: number, file: number): string => `/api/v1/${plural}/${id}/files/${file}/content`;
export const thumbnailUrl = (plural: string, id: number, file: number): string => `/api/v1/${plural}/${id}/files/${file}/thumbnail`;

/** The picture of the procedure with "you are here"; anew for each step and language. */
export const diagramUrl = (plural: string, id: number, version: number): string =>
  `/api/v1/${plural}/${id}/diagram.svg?v=${version}&lang=${lang.value}`;
