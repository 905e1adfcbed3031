/** The calls of disposal by name. */
import { call, get } from '../../shared/http';
import type { Query } from '../../shared/http';
import type { Carrier, Consent, Counted, Density, Look, Manifest, Manifests, OwnCarrier, Plan, QueuedTable, Site, Waiver } from './types';

function tableForm(file: File, dry_run: boolean): FormData {
  const form = new FormData();
  form.append('file', file);
  form.append('dry_run', String(dry_run));
  return form;
}

export const disposalCalls = {
  plan: (query: Query) => get<Plan>('/disposals/plan', query),
  densities: () => get<{ items: Density[] }>('/disposals/densities'),

  manifests: (query: Query) => get<Manifests>('/manifests', query),
  record: (id: string, body: Record<string, unknown>) => call<Manifest>('PUT', `/manifests/${id}`, { body }),
  receive: (id: string, body: Record<string, unknown>) => call<Manifest>('POST', `/manifests/${id}/receive`, { body }),
  void: (id: string, reason: string) => call<Manifest>('POST', `/manifests/${id}/void`, { body: { reason } }),
  decide: (id: string, flag: string, verdict: string, reason: string) => call<Manifest>('POST', `/manifests/${id}/flags/${flag}`, { body: { verdict, reason } }),
  look: (file: File) => call<Look>('POST', '/manifests/table', { form: tableForm(file, true) }),
  take: (file: File) => call<Counted | QueuedTable>('POST', '/manifests/table', { form: tableForm(file, false) }),
  tables: () => get<{ items: QueuedTable[] }>('/manifests/tables'),
  table: (id: number) => get<QueuedTable>(`/manifests/tables/${id}`),

  sites: () => get<{ items: Site[] }>('/disposal-sites'),
  enterSite: (body: Record<string, unknown>) => call<Site>('POST', '/disposal-sites', { body }),
  changeSite: (id: number, body: Record<string, unknown>) => call<Site>('PATCH', `/disposal-sites/${id}`, { body }),
  carriers: () => get<{ items: Carrier[] }>('/carriers'),
  enterCarrier: (body: Record<string, unknown>) => call<Carrier>('POST', '/carriers', { body }),
  changeCarrier: (id: number, body: Record<string, unknown>) => call<Carrier>('PATCH', `/carriers/${id}`, { body }),

  consent: (project: number, body: Record<string, unknown>) => call<{ items: Consent[] }>('POST', `/disposals/${project}/sites`, { body }),
  endConsent: (project: number, site: number) => call('POST', `/disposals/${project}/sites/${site}/end`),
  carry: (project: number, carrier_id: number) => call<{ items: OwnCarrier[] }>('POST', `/disposals/${project}/carriers`, { body: { carrier_id } }),
  endCarriage: (project: number, carrier: number) => call('POST', `/disposals/${project}/carriers/${carrier}/end`),

  waivers: (parcel_id: number) => get<{ items: Waiver[] }>('/disposals/waivers', { parcel_id }),
  waive: (body: Record<string, unknown>) => call<Waiver>('POST', '/disposals/waivers', { body }),
  revoke: (id: number, reason: string) => call<Waiver>('POST', `/disposals/waivers/${id}/revoke`, { body: { reason } }),
};

export const TEMPLATE = '/api/v1/manifests/template.xlsx';
export const planUrl = (query: Record<string, string>): string => `/api/v1/disposals/plan.xlsx?${new URLSearchParams(query).toString()}`;
