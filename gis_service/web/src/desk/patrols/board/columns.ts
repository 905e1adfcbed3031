/** The columns of the board and what stands in each. Pure. */
import type { Task, Walker } from '../types';

export interface Column {
  key: string;
  /** The person, or null for what nobody has yet. */
  person: number | null;
  unit: number | null;
  name: string;
  under: string;
  tasks: Task[];
  minutes: number;
  late: number;
}

const WEIGHT: Record<string, number> = { missed: 0, started: 1, open: 2, done: 3, cancelled: 4 };

/** Late first, then what is under way and open by its last day, then what is done. */
export const inOrder = (a: Task, b: Task): number =>
  Number(b.late) - Number(a.late) || WEIGHT[a.state]! - WEIGHT[b.state]! || a.due_on.localeCompare(b.due_on) || a.title.localeCompare(b.title) || a.id - b.id;

export const keyOf = (task: Task): string => (task.assignee_id === null ? `u${task.unit_id ?? 0}` : `p${task.assignee_id}`);

/** What nobody has comes first, by unit; then everybody who may walk, those of the district before those of units. */
export function columnsOf(tasks: Task[], people: Walker[], district: string, noPerson: string, me: number | null = null): Column[] {
  const by = new Map<string, Task[]>();
  for (const task of tasks) by.set(keyOf(task), [...(by.get(keyOf(task)) ?? []), task]);
  const columns: Column[] = [];
  for (const [key, own] of by) {
    if (key.startsWith('u')) columns.push(column(key, null, own[0]!.unit_id, noPerson, own[0]!.unit ?? district, own));
  }
  columns.sort((a, b) => (a.unit ?? 0) - (b.unit ?? 0));
  const known = new Set(people.map(({ id }) => `p${id}`));
  const gone = [...by].filter(([key]) => key.startsWith('p') && !known.has(key)).map(([key, own]) => column(key, own[0]!.assignee_id, own[0]!.unit_id, own[0]!.assignee ?? '–', own[0]!.unit ?? district, own));
  const staff = [...people].sort((a, b) => Number(a.walks_for.length > 0) - Number(b.walks_for.length > 0) || (a.unit ?? '').localeCompare(b.unit ?? '') || a.name.localeCompare(b.name));
  const all = [...columns, ...staff.map((one) => column(`p${one.id}`, one.id, one.unit_id, one.name, one.unit ?? district, by.get(`p${one.id}`) ?? [])), ...gone];
  // one's own tasks are what one looks for first
  return me === null ? all : [...all.filter(({ person }) => person === me), ...all.filter(({ person }) => person !== me)];
}

function column(key: string, person: number | null, unit: number | null, name: string, under: string, tasks: Task[]): Column {
  const own = [...tasks].sort(inOrder);
  const still = own.filter(({ state }) => state === 'open' || state === 'started' || state === 'missed');
  return { key, person, unit, name, under, tasks: own, minutes: still.reduce((sum, { minutes }) => sum + (minutes ?? 0), 0), late: own.filter(({ late }) => late).length };
}

/** Who may take a task: people of the unit in charge, inspectors of its area, and those of all land. */
export const mayTake = (task: Task, one: Walker): boolean =>
  one.everywhere || (task.unit_id !== null && one.walks_for.includes(task.unit_id)) || (task.area_id !== null && one.areas.includes(task.area_id));

export const movable = ({ state }: Task): boolean => state === 'open' || state === 'missed';

/** The first and the last day in sight: one day, or the week from its Monday. */
export function daysOf(day: string, span: string): [string, string] {
  if (span !== 'week') return [day, day];
  const at = new Date(`${day}T00:00:00Z`);
  const monday = new Date(at.getTime() - ((at.getUTCDay() + 6) % 7) * 86_400_000);
  return [iso(monday), iso(new Date(monday.getTime() + 6 * 86_400_000))];
}
const iso = (at: Date): string => at.toISOString().slice(0, 10);
export const plusDays = (day: string, n: number): string => iso(new Date(new Date(`${day}T00:00:00Z`).getTime() + n * 86_400_000));
export const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
