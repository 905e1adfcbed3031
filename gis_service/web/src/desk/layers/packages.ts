/** Offline packages of layers: ordered here, made in the background, handed over as soon as they are made. */
import { ref } from 'vue';

import { call, get, send } from '../../shared/http';
import { type FileJob, jobsOf } from '../exports/jobs';

export interface PackageJob extends FileJob {
  format: string;
  layers: string[];
  area: string | null;
  min_zoom: number;
  max_zoom: number;
}

export interface Order {
  format: string;
  layers: string[];
  area?: string;
  min_zoom: number;
  max_zoom: number;
  as_of?: string;
}

interface Packages {
  items: PackageJob[];
  keep_days: number;
}

export const keepDays = ref(0);
export const ordering = ref(false);

const made = jobsOf<PackageJob>(
  async () => {
    const told = await get<Packages>('/map-packages', { limit: 5 });
    keepDays.value = told.keep_days;
    return told.items;
  },
  (id) => send('GET', `/map-packages/${id}/file`),
);
export const { jobs, saved, problem, fetchFile } = made;

const attempt = async (what: () => Promise<void>): Promise<void> => {
  problem.value = null;
  try {
    await what();
  } catch (cause) {
    made.told(cause);
  }
};

export const open = (): Promise<void> => attempt(made.look);

export async function order(wish: Order): Promise<void> {
  ordering.value = true;
  saved.value = '';
  await attempt(async () => {
    made.await((await call<PackageJob>('POST', '/map-packages', { body: wish })).id);
    await made.look();
  });
  ordering.value = false;
}

export const cancel = (id: number): Promise<void> =>
  attempt(async () => {
    await call<PackageJob>('POST', `/map-packages/${id}/cancel`);
    await made.look();
  });
