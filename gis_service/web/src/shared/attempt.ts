/** One act of a person at a time: whether it is under way, and what was wrong with it. */
import { type Ref, ref, type ShallowRef, shallowRef } from 'vue';

import { asProblem, type Problem } from './http';

export interface Attempt {
  busy: Ref<boolean>;
  problem: ShallowRef<Problem | null>;
  attempt: (act: () => Promise<unknown>) => Promise<void>;
}

export function useAttempt(): Attempt {
  const busy = ref(false);
  const problem = shallowRef<Problem | null>(null);

  async function attempt(act: () => Promise<unknown>): Promise<void> {
    busy.value = true;
    problem.value = null;
    try {
      await act();
    } catch (cause) {
      problem.value = asProblem(cause);
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, attempt };
}
