/** The plans of the list, and what is wanting among the usual ones. */
import { ref, shallowRef, watch } from 'vue';

import { asProblem, type Problem } from '../../../shared/api';
import { calls } from '../calls';
import { isTab } from '../tabs';
import type { Plans, Risk } from '../types';

export const plans = shallowRef<Plans | null>(null);
export const risks = shallowRef<Risk[] | null>(null);
export const problem = shallowRef<Problem | null>(null);
export const stopped = ref(false);

export async function loadPlans(): Promise<void> {
  problem.value = null;
  try {
    plans.value = await calls.plans(stopped.value);
    risks.value ??= await calls.risk();
  } catch (cause) {
    problem.value = asProblem(cause);
  }
}

watch([() => isTab('plans'), stopped], ([here]) => here && void loadPlans(), { immediate: true });
