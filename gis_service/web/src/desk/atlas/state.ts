/** Atlases under way: they go on when the panel is closed, and one ordered here is handed over as soon as it is made. */
import { ref, shallowRef } from 'vue';

import { jobsOf } from '../exports/jobs';
import type { Kind } from '../sheets/types';
import { type AtlasJob, calls, type Order } from './calls';

export const kinds = shallowRef<Kind[]>([]);
export const mostPages = ref(0);
export const keepDays = ref(0);
export const ordering = ref(false);

const made = jobsOf<AtlasJob>(async () => {
  const told = await calls.list();
  mostPages.value = told.most_pages;
  keepDays.value = told.keep_days;
  return told.items;
}, calls.file);
export const { jobs, saved, problem, fetchFile } = made;

const attempt = async (what: () => Promise<void>): Promise<void> => {
  problem.value = null;
  try {
    await what();
  } catch (cause) {
    made.told(cause);
  }
};

export const open = (): Promise<void> =>
  attempt(async () => {
    if (!kinds.value.length) kinds.value = await calls.kinds();
    await made.look();
  });

export async function order(wish: Order): Promise<void> {
  ordering.value = true;
  saved.value = '';
  await attempt(async () => {
    made.await((await calls.order(wish)).id);
    await made.look();
  });
  ordering.value = false;
}

export const cancel = (id: number): Promise<void> =>
  attempt(async () => {
    await calls.cancel(id);
    await made.look();
  });
