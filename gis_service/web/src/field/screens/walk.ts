/** The walk that is under way: begins, goes on after a kill, ends. Everything of it lies in the queue. */
import { shallowReactive, shallowRef } from 'vue';

import { queue } from '../queue';
import type { Position } from '../queue/wire';
import { placeNow } from '../track/position';
import { makeRecorder, type Walk as Track } from '../track/recorder';

/** The draft of the walk itself. */
export interface Walk {
  patrol: string;
  task: number | null;
  title: string;
  weather: string;
  started_at: number;
  /** Keys of drafts that are begun and not saved. */
  open: string[];
}

const DRAFT = 'walk';
const recorder = makeRecorder(queue);

export const walking = shallowReactive<{ walk: Walk | null }>({ walk: null });
export const track = shallowRef<Track>(recorder.walk());
recorder.onChange(() => (track.value = recorder.walk()));

/** After the app was closed or killed: the same walk goes on. */
export async function takeUpWalk(): Promise<void> {
  walking.walk = (await queue.draft(DRAFT)) as Walk | null;
  if (walking.walk) await recorder.start(walking.walk.patrol);
}

/** Somebody else comes to this phone: the walk stays in its owner's queue, and its track pauses. */
export async function forgetWalk(): Promise<void> {
  if (walking.walk) await recorder.stop();
  walking.walk = null;
}

export async function startWalk(task: { id: number; title: string; area_id: number | null } | null, title: string, weather: string): Promise<void> {
  const position = await placeNow(4_000);
  const body = { task_id: task?.id ?? null, area_id: task?.area_id ?? null, ...(weather ? { weather } : {}), position };
  const patrol = await queue.save('patrol.start', body);
  walking.walk = { patrol, task: task?.id ?? null, title, weather, started_at: Date.now(), open: [] };
  await queue.keepDraft(DRAFT, walking.walk);
  await recorder.start(patrol);
}

/** Keeps in mind that a form is begun, or that it is done with. */
export async function keepOpen(key: string, open: boolean): Promise<void> {
  const { walk } = walking;
  if (!walk || walk.open.includes(key) === open) return;
  walking.walk = { ...walk, open: open ? [...walk.open, key] : walk.open.filter((one) => one !== key) };
  await queue.keepDraft(DRAFT, walking.walk);
}

/** Ends the walk: first all of its track, then the end that says how many records there are (its start included, the end itself not). */
export async function endWalk(remark: string): Promise<void> {
  const { walk } = walking;
  if (!walk) return;
  await recorder.stop();
  const records = (await queue.list()).filter((one) => one.patrol === walk.patrol || one.uuid === walk.patrol).length;
  await queue.save('patrol.end', { at: Date.now(), records, ...(remark ? { remark } : {}), photos: [] }, { patrol: walk.patrol, drafts: { [DRAFT]: undefined } });
  walking.walk = null;
}

export const pauseTrack = (): Promise<void> => recorder.pause();
export const resumeTrack = (): Promise<void> => recorder.resume();

const FRESH_MS = 15_000;
/** An older one is better than none: it says itself of when it is. */
const USABLE_MS = 120_000;

/** What a screen that shows distances saw last. */
export const seen = shallowRef<Position | null>(null);

/** The newest place that is known: the track's, or that of a screen. */
export const known = (): Position | null => {
  const { last } = track.value;
  return (last?.at ?? -Infinity) >= (seen.value?.at ?? -Infinity) ? last : seen.value;
};

/** The place of this moment: what is known if it is fresh, else asked for. */
export async function here(patience_ms = 6_000): Promise<Position | null> {
  const age = (): number => Date.now() - (known()?.at ?? -Infinity);
  if (age() < FRESH_MS) return known();
  return (await placeNow(patience_ms)) ?? (age() < USABLE_MS ? known() : null);
}
