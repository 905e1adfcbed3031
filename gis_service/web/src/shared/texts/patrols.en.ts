/** Patrols: plans, the task board, the daily sheet. */
export const PATROLS: Record<string, string> = {
  任务: 'Tasks',
  计划: 'Plans',
  日报: 'Daily sheet',
  任务板: 'Task board',
  巡查任务: 'Patrol task',
  巡查计划: 'Patrol plan',
  巡查日报: 'Daily patrol sheet',
};
