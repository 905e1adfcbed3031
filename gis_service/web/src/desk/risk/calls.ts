/** The calls of rankings and hotspots by name. */
import { call, get } from '../../shared/http';
import type { Cell, Model, Night, Ranking, Run, Suggested } from './types';

export const riskCalls = {
  ranking: (as_of: string | undefined) => get<Ranking>('/risk/ranking', { as_of }),
  suggestions: () => get<Suggested>('/risk/suggestions'),
  model: () => get<Model>('/risk/model'),
  nights: (parcel: number) => get<{ items: Night[] }>(`/risk/parcels/${parcel}`).then(({ items }) => items),
  runs: () => get<{ items: Run[] }>('/risk/runs', { kind: 'hotspot' }).then(({ items }) => items),
  run: (id: number) => get<Run>(`/risk/runs/${id}`),
  cells: (id: number) => get<{ features: Cell[] }>(`/risk/runs/${id}/cells`).then(({ features }) => features),
  ask: (body: { kind: 'ranking' | 'hotspot'; as_of?: string | null; since?: string | null; until?: string | null }) => call<Run>('POST', '/risk/runs', { body }),
};
