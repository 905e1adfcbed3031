/** The calls of the desk by name; how they travel is `http`. A place with many calls of its own keeps them beside its pages. */
import type { FeatureCollection } from './geojson';
import { call, carry, get, items, type Query, seen } from './http';
import type {
  Account, Area, AuditEntry, Config, Enrolment, Grant, ImportBatch, LandClass, LandDocument, MapLayer, Me, Page, Parcel, ParcelRow,
  SecondFactor, SignIns, StagedRow, Token, Unit, Version, VersionDiff, Vocabulary,
} from './types';

export { asProblem, type Query, Problem, type Seen, toLogin, wasCancelled } from './http';

export const api = {
  async me(): Promise<Me> {
    const me = await get<Me>('/me');
    carry(me.csrf ?? '');
    return me;
  },
  signOut: () => call<void>('DELETE', '/sessions/current'),
  changePassword: (old: string, fresh: string) => call<void>('POST', '/me/password', { body: { old, new: fresh } }),
  secondFactor: () => get<SecondFactor>('/me/second-factor'),
  enrol: (password: string) => call<Enrolment>('POST', '/me/second-factor', { body: { password } }),
  confirmFactor: (code: string) => call<{ codes: string[] }>('POST', '/me/second-factor/confirmation', { body: { code } }),
  renewCodes: (password: string, code: string) => call<{ codes: string[] }>('POST', '/me/second-factor/recovery-codes', { body: { password, code } }),
  removeFactor: (password: string, code: string) => call<void>('POST', '/me/second-factor/removal', { body: { password, code } }),

  signIns: () => get<SignIns>('/me/sessions'),
  endSignIn: (password: string, id: number | null) => call<void>('POST', '/me/sessions/end', { body: { password, id } }),

  config: () => get<Config>('/config'),
  vocabulary: () => get<Vocabulary>('/vocabulary'),
  areas: () => get<Area[] | Page<Area>>('/areas').then(items),
  units: () => get<Unit[] | Page<Unit>>('/units').then(items),
  layers: () => get<MapLayer[] | Page<MapLayer>>('/layers').then(items),
  landClasses: () => get<LandClass[]>('/land-classes'),
  documents: () => get<LandDocument[] | Page<LandDocument>>('/documents').then(items),
  addDocument: (body: Partial<LandDocument>) => call<LandDocument>('POST', '/documents', { body }),

  parcels: (query: Query, signal?: AbortSignal) => get<Page<ParcelRow>>('/parcels', query, signal),
  parcel: (id: number, as_of?: string, signal?: AbortSignal) =>
    seen<Parcel>('GET', `/parcels/${id}`, { query: { as_of }, signal }),
  changeParcel: (id: number, etag: string, body: Record<string, unknown>) =>
    seen<Parcel>('PATCH', `/parcels/${id}`, { body, seen: etag }),
  versions: (id: number) => get<Page<Version>>(`/parcels/${id}/versions`).then((page) => page.items),
  diff: (id: number, from: number, to: number) => get<VersionDiff>(`/parcels/${id}/diff`, { from, to }),

  imports: () => get<ImportBatch[] | Page<ImportBatch>>('/imports').then(items),
  importBatch: (id: number) => get<ImportBatch>(`/imports/${id}`),
  importRows: (id: number, after?: string | null) =>
    get<Page<StagedRow>>(`/imports/${id}/rows`, { after, limit: 1000 }),
  importShape: (id: number) => get<FeatureCollection>(`/imports/${id}/geojson`),
  startImport: (form: FormData) => call<ImportBatch>('POST', '/imports', { form }),
  acceptImport: (id: number, good_rows: boolean, reason?: string) =>
    call<ImportBatch>('POST', `/imports/${id}/accept`, { body: { good_rows, ...(reason ? { reason } : {}) } }),
  refuseImport: (id: number, reason?: string) =>
    call<ImportBatch>('POST', `/imports/${id}/refuse`, { body: reason ? { reason } : {} }),
  undoImport: (id: number, reason: string) => call<ImportBatch>('POST', `/imports/${id}/undo`, { body: { reason } }),

  users: () => get<Account[] | Page<Account>>('/users').then(items),
  addUser: (body: Record<string, unknown>) => call<Account>('POST', '/users', { body }),
  changeUser: (user: Account, body: Record<string, unknown>) =>
    call<Account>('PATCH', `/users/${user.id}`, { body, seen: `"u${user.id}.${user.row_version}"` }),
  setPassword: (id: number, password: string) => call<void>('POST', `/users/${id}/password`, { body: { password } }),
  resetFactor: (id: number, reason: string) => call<void>('POST', `/users/${id}/second-factor/reset`, { body: { reason } }),
  resetIdentity: (id: number, reason: string) => call<void>('POST', `/users/${id}/identity/reset`, { body: { reason } }),
  grants: (id: number) => get<Grant[] | Page<Grant>>(`/users/${id}/grants`).then(items),
  addGrant: (id: number, body: Record<string, unknown>) => call<Grant>('POST', `/users/${id}/grants`, { body }),
  removeGrant: (id: number, grant: number) => call<void>('DELETE', `/users/${id}/grants/${grant}`),
  tokens: () => get<Token[] | Page<Token>>('/tokens').then(items),
  addToken: (body: Record<string, unknown>) => call<Token>('POST', '/tokens', { body }),
  removeToken: (id: number) => call<void>('DELETE', `/tokens/${id}`),
  audit: (after?: string | null) => get<Page<AuditEntry>>('/audit', { after }),
};
