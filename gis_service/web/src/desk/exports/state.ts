/** Exports under way: they go on when the panel is closed, and a file is handed over as soon as it is made. */
import { ref, shallowRef } from 'vue';

import { asProblem, type Problem } from '../../shared/api';
import { calls, type ExportJob, type Offer, save, type Wish } from './calls';

export const offer = shallowRef<Offer | null>(null);
export const jobs = shallowRef<ExportJob[]>([]);
export const writing = ref(false);
export const saved = ref('');
/** What the server says of the file just made. */
export const remarks = ref<string[]>([]);
export const problem = shallowRef<Problem | null>(null);

const ASK_AGAIN_MS = 800;
/** Longer addresses are refused by proxies: then it is a job. */
const MOST_IN_ADDRESS = 500;
const mine = new Set<number>();
let timer = 0;

export const isRunning = (job: ExportJob): boolean => job.state === 'queued' || job.state === 'writing';
export const running = (): ExportJob[] => jobs.value.filter(isRunning);

export async function openOffer(): Promise<void> {
  try {
    offer.value ??= await calls.offer();
    await look();
  } catch (cause) {
    problem.value = asProblem(cause);
  }
}

/** Asks how the jobs are, and again as long as one is under way. */
async function look(): Promise<void> {
  clearTimeout(timer);
  jobs.value = await calls.jobs();
  for (const job of jobs.value.filter(({ id, state }) => state === 'done' && mine.has(id))) {
    mine.delete(job.id);
    await fetchFile(job);
  }
  if (running().length) timer = window.setTimeout(() => void look().catch(told), ASK_AGAIN_MS);
}

function told(cause: unknown): void {
  problem.value = asProblem(cause);
}

export async function fetchFile(job: ExportJob): Promise<void> {
  try {
    await save(await calls.file(job.id), job.file_name ?? job.format);
    saved.value = job.file_name ?? '';
  } catch (cause) {
    told(cause);
  }
}

/** Exports `count` parcels: those of `ids`, or all where it is null. Few at once, many as a job. */
export async function start(wish: Wish, ids: number[] | null, count: number): Promise<void> {
  writing.value = true;
  problem.value = null;
  saved.value = '';
  remarks.value = [];
  try {
    offer.value ??= await calls.offer();
    const small = count <= offer.value.at_once && (ids === null || ids.length <= MOST_IN_ADDRESS);
    if (small) await atOnce(wish, ids);
    else {
      mine.add((await calls.ask(wish, ids ?? [])).id);
      await look();
    }
  } catch (cause) {
    told(cause);
  } finally {
    writing.value = false;
  }
}

async function atOnce(wish: Wish, ids: number[] | null): Promise<void> {
  const response = await calls.atOnce({ ...wish, layers: wish.layers.join(','), ids: ids?.join(',') });
  remarks.value = decodeURIComponent(response.headers.get('X-Export-Notes') ?? '').split('\n').filter(Boolean);
  await save(response, wish.format);
  saved.value = wish.format;
}
