/** The calls of clues, links and law by name. */
import { call, get, send, type Query } from '../../shared/http';
import type { Clue, Graph, LawAnswer, LinkKind, Reporter, Secrets, Thing, WholeClue } from './types';

export const calls = {
  clues: (query: Query, signal?: AbortSignal) => get<{ items: Clue[]; next: number | null }>('/clues', query, signal),
  clue: (id: number, signal?: AbortSignal) => get<WholeClue>(`/clues/${id}`, {}, signal),
  takeIn: (body: Record<string, unknown>) => call<Clue>('POST', '/clues', { body }),
  addPhoto: (id: number, file: File) => {
    const form = new FormData();
    form.append('file', file);
    return call('POST', `/clues/${id}/files`, { form });
  },
  merge: (id: number, into_id: number, reason: string) => call<WholeClue>('POST', `/clues/${id}/merge`, { body: { into_id, reason } }),
  dismiss: (id: number, reason: string) => call<WholeClue>('POST', `/clues/${id}/dismiss`, { body: { reason } }),
  openCase: (id: number, body: Record<string, unknown>) => call<{ case_id: number; proceeding_no: string }>('POST', `/clues/${id}/open`, { body }),
  reporter: (id: number, reason: string) => call<Reporter>('POST', `/clues/${id}/reveal`, { body: { reason } }),
  graph: (id: number) => get<Graph>(`/cases/${id}/links`),
  known: (q: string) => get<{ items: Thing[] }>('/case-links/known', { q }),
  link: (id: number, kind: LinkKind, body: Record<string, unknown>) => call('POST', `/cases/${id}/links/${kind}`, { body }),
  unlink: (id: number, link: number, reason: string) => call('POST', `/cases/${id}/links/${link}/remove`, { body: { reason } }),
  secrets: (id: number, party: number, reason: string) => call<Secrets>('POST', `/cases/${id}/parties/${party}/reveal`, { body: { reason } }),
  law: (query: Query) => get<LawAnswer>('/legal-basis', query),
  choose: (id: number, body: Record<string, unknown>) => call('POST', `/cases/${id}/basis`, { body }),
  drop: (id: number, basis: number, reason: string) => send('POST', `/cases/${id}/basis/${basis}/remove`, { body: { reason } }),
};

export const photoUrl = (clue: number, sha256: string): string => `/api/v1/clues/${clue}/files/${sha256}/content`;
export const smallUrl = (clue: number, sha256: string): string => `/api/v1/clues/${clue}/files/${sha256}/thumbnail`;
