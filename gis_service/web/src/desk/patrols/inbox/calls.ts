/** The calls of the inbox's desk and of conflicts by name. */
import { call, get } from '../../../shared/http';
import type { Conflict, HeldWhole, Unsettled } from './types';

const INBOX = '/patrols/inbox';
const CONFLICTS = '/patrols/conflicts';

export const calls = {
  unsettled: () => get<Unsettled>(INBOX, {}),
  record: (uuid: string) => get<HeldWhole>(`${INBOX}/${uuid}`),
  release: (uuid: string) => call('POST', `${INBOX}/${uuid}/release`, {}),
  judge: (uuid: string) => call('POST', `${INBOX}/${uuid}/judge-again`, {}),
  conflicts: (state: 'open' | 'settled') => get<{ items: Conflict[] }>(CONFLICTS, { state }),
  conflict: (id: number) => get<Conflict>(`${CONFLICTS}/${id}`),
  /** `present`: what the person saw standing there; if it changed meanwhile, the server says so. */
  settle: (one: Conflict, value: unknown, reason: string) =>
    call<Conflict>('POST', `${CONFLICTS}/${one.id}/settle`, { body: { value, present: one.present, reason } }),
};

export const fileUrl = (uuid: string, sha256: string): string => `/api/v1${INBOX}/${uuid}/files/${sha256}`;
export const photoUrl = (patrol: number, sha256: string, what: 'content' | 'thumbnail'): string => `/api/v1/patrols/${patrol}/photos/${sha256}/${what}`;
