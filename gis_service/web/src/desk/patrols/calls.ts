/** The calls of plans and tasks by name. */
import { call, get, type Query, seen } from '../../shared/http';
import type { Board, Daily, ExtraOutlook, Move, Outlook, Plan, PlanFacts, Plans, Risk, Task, WholeTask } from './types';

const planTag = (plan: { id: number; row_version: number }): string => `"pp${plan.id}.${plan.row_version}"`;
const taskTag = (task: { id: number; row_version: number }): string => `"pt${task.id}.${task.row_version}"`;

export const calls = {
  board: (query: Query, signal?: AbortSignal) => get<Board>('/patrols/tasks', query, signal),
  task: (id: number, signal?: AbortSignal) => seen<WholeTask>('GET', `/patrols/tasks/${id}`, signal ? { signal } : {}),
  giveOut: (body: Record<string, unknown>) => call<WholeTask>('POST', '/patrols/tasks', { body }),
  move: (tasks: Task[], moves: Move[]) => call<{ items: Task[] }>('POST', '/patrols/tasks/move', { body: { moves }, seen: tasks.map(taskTag).join(', ') }),
  cancel: (task: Task, reason: string) => call<WholeTask>('POST', `/patrols/tasks/${task.id}/cancel`, { body: { reason }, seen: taskTag(task) }),
  generate: () => call('POST', '/patrols/generate'),
  plans: (stopped: boolean) => get<Plans>('/patrols/plans', { stopped: stopped || null }),
  plan: (id: number) => get<Plan>(`/patrols/plans/${id}`),
  makePlan: (body: PlanFacts) => call<Plan>('POST', '/patrols/plans', { body }),
  changePlan: (plan: Plan, body: PlanFacts) => call<Plan>('PUT', `/patrols/plans/${plan.id}`, { body, seen: planTag(plan) }),
  stopPlan: (plan: Plan) => call<Plan & { cancelled: number }>('POST', `/patrols/plans/${plan.id}/stop`, { seen: planTag(plan) }),
  preview: (body: PlanFacts) => call<Outlook>('POST', '/patrols/plans/preview', { body }),
  usual: (starts_on: string) => call<{ items: Plan[] }>('POST', '/patrols/plans/usual', { body: { starts_on } }),
  previewExtra: (body: Record<string, unknown>) => call<ExtraOutlook>('POST', '/patrols/plans/extra/preview', { body }),
  makeExtra: (body: Record<string, unknown>) => call<{ items: Plan[] }>('POST', '/patrols/plans/extra', { body }),
  risk: () => get<{ items: Risk[] }>('/patrols/risk').then(({ items }) => items),
  daily: (query: Query) => get<Daily>('/patrols/daily', query),
};
