/** Which parcels of a task were visited: as the server knew, and by what lies in the queue of this phone, so that it needs no network. */
import type { Observation, Start, Visit } from '../queue/wire';
import { app } from './app';
import type { Task } from './pack';
import { walking } from './walk';

export const patrolsOf = (task: number): Set<string> =>
  new Set(app.list.filter((one) => one.kind === 'patrol.start' && (one.body as Start).task_id === task).map((one) => one.uuid));

const visitedOn = (patrols: ReadonlySet<string>): Set<number> =>
  new Set(app.list.filter((one) => one.kind === 'visit' && one.patrol && patrols.has(one.patrol)).map((one) => (one.body as Visit).parcel_id));

export function doneOf(task: Task): Set<number> {
  const visited = visitedOn(patrolsOf(task.id));
  return new Set(task.parcels.filter(({ id, visited_at }) => visited_at || visited.has(id)).map(({ id }) => id));
}

/** Every parcel was visited and the walk has ended: what the server will say too, once it has heard of it. */
export function isFinished(task: Task): boolean {
  const patrols = patrolsOf(task.id);
  const ended = app.list.some((one) => one.kind === 'patrol.end' && one.patrol && patrols.has(one.patrol));
  return ended && doneOf(task).size === task.parcels.length;
}

/** What was recorded on the walk that is under way. */
export const walked = (): { visits: Set<number>; findings: Observation[] } => {
  const patrol = walking.walk?.patrol;
  return {
    visits: visitedOn(new Set(patrol ? [patrol] : [])),
    findings: app.list.filter((one) => one.kind === 'observation' && one.patrol === patrol).map((one) => one.body as Observation),
  };
};

/** How often each item was recorded on this phone lately: the check list begins with what is used most. */
export function uses(): Map<string, number> {
  const found = new Map<string, number>();
  for (const one of app.list) {
    if (one.kind !== 'observation') continue;
    const { item } = one.body as Observation;
    found.set(item, (found.get(item) ?? 0) + 1);
  }
  return found;
}
