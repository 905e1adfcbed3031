/** The tasks the board shows, what is selected, the chosen task with its way on the map, and the last move, which can be taken back. */
import { computed, reactive, ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem, wasCancelled } from '../../../shared/api';
import { today } from '../../../shared/format';
import { look, type Mark, setMarks } from '../../map/state';
import { chosenId, place } from '../../state/place';
import { calls } from '../calls';
import { isTab } from '../tabs';
import type { Board, Move, Task, WholeTask } from '../types';
import { daysBetween, daysOf, plusDays } from './columns';

export const board = shallowRef<Board | null>(null);
export const loading = ref(false);
export const problem = shallowRef<Problem | null>(null);
export const task = shallowRef<WholeTask | null>(null);
export const taskProblem = shallowRef<Problem | null>(null);
export const selected = reactive(new Set<number>());
/** What was moved last, as it was before. */
export const lastMove = shallowRef<{ count: number; to: string; back: Move[] } | null>(null);

export const isHere = computed(() => isTab('board'));
export const day = computed(() => place.query['day'] || today());
export const span = computed(() => (place.query['span'] === 'week' ? 'week' : 'day'));
export const asked = computed(() => {
  const [since, until] = daysOf(day.value, span.value);
  return { since, until, area_id: place.query['area_id'] || null, state: place.query['task_state'] || null };
});
const TAKE_ALL = '2000-01-01';

let running: AbortController | null = null;
let again = 0;

/** Loads the board; what was there stays until the new tasks have come. While tasks are being made it looks again. */
export async function loadBoard(): Promise<void> {
  running?.abort();
  clearTimeout(again);
  const mine = (running = new AbortController());
  loading.value = true;
  problem.value = null;
  try {
    const query = asked.value.state === 'missed' ? { ...asked.value, since: TAKE_ALL } : asked.value;
    board.value = await calls.board(query, mine.signal);
    const there = new Set(board.value.items.map(({ id }) => id));
    for (const id of selected) if (!there.has(id)) selected.delete(id);
    if (board.value.generating && isHere.value) again = window.setTimeout(() => void loadBoard(), 2000);
  } catch (cause) {
    if (!wasCancelled(cause)) problem.value = asProblem(cause);
  } finally {
    if (running === mine) loading.value = false;
  }
}

export async function loadTask(id: number): Promise<void> {
  taskProblem.value = null;
  try {
    const { value } = await calls.task(id);
    if (chosenId.value !== id) return;
    task.value = value;
    draw(value);
  } catch (cause) {
    if (!wasCancelled(cause)) taskProblem.value = asProblem(cause);
  }
}

/** The way of a task: a line through its parcels, each with its number in the order. */
function draw(one: WholeTask): void {
  const spots = one.land.map(({ lon, lat }) => [lon, lat]);
  const way: Mark[] = spots.length > 1 ? [{ kind: 'after', geometry: { type: 'LineString', coordinates: spots } }] : [];
  const places: Mark[] = one.land.map(({ seq, lon, lat, visited_at }) => ({ kind: visited_at ? 'spot-info' : 'spot-warning', geometry: { type: 'Point', coordinates: [lon, lat] }, label: String(seq) }));
  setMarks('patrol', [...way, ...places]);
  const [xs, ys] = [spots.map(([x]) => x!), spots.map(([, y]) => y!)];
  if (spots.length) look([Math.min(...xs) - 0.001, Math.min(...ys) - 0.001, Math.max(...xs) + 0.001, Math.max(...ys) + 0.001], true, 17);
}

const asItIs = ({ id, assignee_id, due_from, due_on }: Task): Move => ({ id, assignee_id, due_from, due_on });

/** Puts the fresh rows in place of the old ones, so that nothing jumps before the board is loaded again. */
function put(fresh: Task[]): void {
  const by = new Map(fresh.map((one) => [one.id, one]));
  if (board.value) board.value = { ...board.value, items: board.value.items.map((one) => by.get(one.id) ?? one) };
  if (task.value && by.has(task.value.id)) task.value = { ...task.value, ...by.get(task.value.id)! };
}

export async function moveTasks(tasks: Task[], change: (one: Move) => Move, to: string): Promise<void> {
  const back = tasks.map(asItIs);
  const { items } = await calls.move(tasks, back.map(change));
  put(items);
  lastMove.value = { count: tasks.length, to, back };
  selected.clear();
}

/** Takes the last move back, unless somebody changed one of its tasks since. */
export async function undo(): Promise<void> {
  if (!lastMove.value) return;
  const known = new Map([...(board.value?.items ?? []), ...(task.value ? [task.value] : [])].map((one) => [one.id, one]));
  const tasks = lastMove.value.back.flatMap(({ id }) => known.get(id) ?? []);
  const { items } = await calls.move(tasks, lastMove.value.back.filter(({ id }) => known.has(id)));
  put(items);
  lastMove.value = null;
}

export const toPerson = (assignee_id: number | null) => (one: Move): Move => ({ ...one, assignee_id });
/** To another last day; a window of several days moves as a whole, but not into the past. */
export const toDay = (due_on: string) => (one: Move): Move => {
  const from = plusDays(due_on, -daysBetween(one.due_from, one.due_on));
  return { ...one, due_from: from < today() && one.due_from >= today() ? today() : from, due_on };
};

watch(
  () => [isHere.value, asked.value.since, asked.value.until, asked.value.area_id, asked.value.state] as const,
  ([here]) => {
    clearTimeout(again);
    if (here) void loadBoard();
    else {
      selected.clear();
      [lastMove.value, task.value] = [null, null];
      setMarks('patrol');
    }
  },
  { immediate: true },
);
watch(
  () => [isHere.value, chosenId.value] as const,
  ([here, id]) => {
    if (task.value?.id !== id) {
      task.value = null;
      setMarks('patrol');
    }
    if (here && id !== null) void loadTask(id);
  },
  { immediate: true },
);
