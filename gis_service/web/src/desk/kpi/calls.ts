/** The calls of the figures by name. */
import { call, get, seen } from '../../shared/http';
import type { Figures, Indicator, Late, Point, Row, Target } from './types';

type Query = Record<string, string | number | undefined>;

export const kpiCalls = {
  catalogue: () => get<{ items: Indicator[]; not_known_zh: string; not_known_en: string }>('/kpis'),
  figures: (query: Query, signal?: AbortSignal) => get<Figures>('/kpis/figures', query, signal),
  rows: (code: string, query: Query, signal?: AbortSignal) => get<{ as_of: string; counted: number; items: Row[] }>(`/kpis/${code}/rows`, query, signal),
  trend: (query: Query, signal?: AbortSignal) => get<{ items: Point[] }>('/kpis/trend', query, signal),
  late: (query: Query, signal?: AbortSignal) => get<{ total: number; items: Late[] }>('/kpis/late', query, signal),
  targets: (year: number) => get<{ items: Target[] }>('/kpis/targets', { year }),
  plan: (body: Record<string, unknown>) => call<Target>('POST', '/kpis/targets', { body }),
  change: (target: Target, value: number | null, note: string) =>
    seen<Target>('PATCH', `/kpis/targets/${target.id}`, { body: { value, note }, seen: `"kpi_target${target.id}.${target.row_version}"` }),
};

export const workbookUrl = (asOf: string | undefined, by: 'area' | 'unit'): string => `/api/v1/kpis/figures.xlsx?by=${by}${asOf ? `&as_of=${asOf}` : ''}`;
