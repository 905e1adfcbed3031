/** The calls of the inbox's desk and of conflicts by name. */
import { call, get } from '../../../shared/http';
import type { Conflict, ConflictLine, Held, HeldWhole, Phone } from './types';

interface Items<T> {
  items: T[];
}

export const calls = {
  records: () => get<Items<Held>>('/field/records', {}),
  record: (uuid: string) => get<HeldWhole>(`/field/records/${uuid}`),
  release: (uuid: string, reason: string) => call<HeldWhole>('POST', `/field/records/${uuid}/release`, { body: { reason } }),
  judge: (uuid: string) => call<HeldWhole>('POST', `/field/records/${uuid}/judge`, {}),
  phones: () => get<Items<Phone>>('/field/devices', {}),
  conflicts: (state: 'open' | 'settled') => get<Items<ConflictLine>>('/conflicts', { state }),
  conflict: (id: number) => get<Conflict>(`/conflicts/${id}`),
  settle: (id: number, choice: 'theirs' | 'mine', reason: string) => call<Conflict>('POST', `/conflicts/${id}/settle`, { body: { choice, reason } }),
};

export const photoUrl = (uuid: string, sha256: string): string => `/api/v1/field/records/${uuid}/files/${sha256}`;
