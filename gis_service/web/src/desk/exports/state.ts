/** Exports under way: they go on when the panel is closed, and a file is handed over as soon as it is made. */
import { ref, shallowRef } from 'vue';

import { calls, type Offer, save, type Wish } from './calls';
import { jobsOf } from './jobs';

export const offer = shallowRef<Offer | null>(null);
export const writing = ref(false);
/** What the server says of the file just made. */
export const remarks = ref<string[]>([]);
const made = jobsOf(calls.jobs, calls.file);
export const { jobs, saved, problem, fetchFile } = made;

/** Longer addresses are refused by proxies: then it is a job. */
const MOST_IN_ADDRESS = 500;

export async function openOffer(): Promise<void> {
  try {
    offer.value ??= await calls.offer();
    await made.look();
  } catch (cause) {
    made.told(cause);
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
      made.await((await calls.ask(wish, ids ?? [])).id);
      await made.look();
    }
  } catch (cause) {
    made.told(cause);
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
