/** Exports over HTTP: the formats there are, a file at once, a file as a job. */
import { call, get, type Query, send } from '../../shared/http';
import type { FileJob } from './jobs';

export interface Format {
  format: string;
  zh: string;
  en: string;
  systems: 'any' | 'plane' | 'degrees' | 'none';
  crs: number | null;
  encodings: string[];
}

export interface Offer {
  items: Format[];
  at_once: number;
  keep_days: number;
}

export interface ExportJob extends FileJob {
  format: string;
}

/** What the person chose; the parcels come beside it. */
export interface Wish {
  format: string;
  as_of?: string;
  crs?: string;
  encoding?: string;
  lang: string;
  axis: string;
  layers: string[];
  history: boolean;
  contacts: boolean;
}

export const calls = {
  offer: () => get<Offer>('/exports/formats'),
  jobs: () => get<{ items: ExportJob[] }>('/exports', { limit: 5 }).then((page) => page.items),
  job: (id: number) => get<ExportJob>(`/exports/${id}`),
  ask: (wish: Wish, ids: number[]) => call<ExportJob>('POST', '/exports', { body: { ...wish, ids } }),
  atOnce: (query: Query) => send('GET', '/parcels/export', { query }),
  file: (id: number) => send('GET', `/exports/${id}/file`),
};

/** The name the server gives a file. */
export function fileName(response: Response, otherwise: string): string {
  const header = response.headers.get('Content-Disposition') ?? '';
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(header)?.[1];
  return encoded ? decodeURIComponent(encoded) : (/filename="([^"]+)"/.exec(header)?.[1] ?? otherwise);
}

/** Hands an answer to the person as a file. */
export async function save(response: Response, otherwise: string): Promise<void> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = fileName(response, otherwise);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
