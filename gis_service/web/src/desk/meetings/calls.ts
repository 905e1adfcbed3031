/** The calls of meetings by name; each answers with the meeting as it then is. */
import { call } from '../../shared/http';

const at = (id: number): string => `/meetings/${id}`;
const post = (path: string, body: Record<string, unknown> = {}): Promise<unknown> => call('POST', path, { body });

export const calls = {
  fill: (id: number) => post(`${at(id)}/agenda/fill`),
  add: (id: number, title: string, note: string) => post(`${at(id)}/agenda`, { title, note }),
  order: (id: number, ids: number[]) => post(`${at(id)}/agenda/order`, { ids }),
  remove: (id: number, topic: number, reason: string) => post(`${at(id)}/agenda/${topic}/remove`, { reason }),
  conclude: (id: number, topic: number, conclusion: string) => post(`${at(id)}/agenda/${topic}/conclusion`, { conclusion }),
  attend: (id: number, items: Record<string, unknown>[]) => post(`${at(id)}/attendance`, { items }),
  agree: (id: number, body: Record<string, unknown>) => post(`${at(id)}/actions`, body),
};

/** The ids in their new order, with the one at `from` moved by `by` places. */
export function moved(ids: number[], from: number, by: number): number[] {
  const to = from + by;
  if (to < 0 || to >= ids.length) return ids;
  const next = [...ids];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}
