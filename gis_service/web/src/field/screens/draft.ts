/** Words of a screen that are on the disk after every keystroke, so that a killed app comes back to the same words. */
import { reactive, ref, type Ref, watch } from 'vue';

import { queue } from '../queue';
import { fail } from './app';

export interface Draft<T> { ready: Ref<boolean>; value: T; /** From now on nothing is written: it was saved, or thrown away. */ finish: () => Record<string, undefined> }

export function useDraft<T extends object>(key: string, fresh: T): Draft<T> {
  const value = reactive(structuredClone(fresh)) as T;
  const ready = ref(false);
  let over = false;
  let writing: Promise<void> = Promise.resolve();

  const load = async (): Promise<void> => {
    const kept = (await queue.draft(key)) as Partial<T> | null;
    if (kept) Object.assign(value, kept);
    ready.value = true;
    watch(value, () => {
      if (over) return;
      const now: unknown = JSON.parse(JSON.stringify(value));
      writing = writing.then(() => (over ? undefined : queue.keepDraft(key, now))).catch(fail);
    }, { deep: true, flush: 'sync' });
  };
  load().catch(fail);

  return {
    ready,
    value,
    finish() {
      over = true;
      return { [key]: undefined };
    },
  };
}
