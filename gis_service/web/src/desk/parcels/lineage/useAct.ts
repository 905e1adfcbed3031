/** What split, merge and adjust have in common: ask what it would give, show it on the map, do it, meet others' changes. */
import { computed, onUnmounted, ref, shallowRef, watch } from 'vue';

import { api, asProblem, type Problem } from '../../../shared/api';
import type { Parcel } from '../../../shared/types';
import { areaM2 } from '../../../shared/format';
import { type Mark, setMarks } from '../../map/state';
import { choose, setQuery } from '../../state/place';
import { loadRows } from '../../state/rows';
import { isGiven, noReason, sent } from './because';
import { type Act, type Because, type Plan, tagsOf, type Wish } from './calls';

interface Way {
  /** The parcels as they were when the person opened them. */
  parcels: Parcel[];
  /** What it would give; null while there is nothing to ask about yet. */
  ask: (wishes: Wish[]) => Promise<Plan> | null;
  act: (wishes: Wish[], because: Because, etag: string) => Promise<Act>;
}

const PAUSE_MS = 150;

export function useAct(way: Way) {
  const parcels = shallowRef(way.parcels);
  const plan = shallowRef<Plan | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const clash = shallowRef<{ before: Parcel; now: Parcel } | null>(null);
  const wishes = ref<Wish[]>([]);
  const given = ref(noReason());
  const busy = ref(false);
  let asked = 0;
  let timer = 0;

  async function preview(): Promise<void> {
    const mine = (asked += 1);
    problem.value = null;
    const question = way.ask(wishes.value);
    if (!question) {
      plan.value = null;
      return showPlan();
    }
    const answer = await question.catch((cause) => ((problem.value = mine === asked ? asProblem(cause) : problem.value), null));
    if (mine !== asked) return;
    plan.value = answer;
    if (answer && wishes.value.length !== answer.children.length) wishes.value = [];
    showPlan();
  }

  /** Asked when the person pauses: every change of the drawing would be too often. */
  function previewSoon(): void {
    clearTimeout(timer);
    timer = window.setTimeout(() => void preview(), PAUSE_MS);
  }

  function showPlan(): void {
    const place = problem.value?.body['place'] as [number, number] | undefined;
    const parts = (plan.value?.children ?? []).map((child): Mark => ({ kind: 'ok', geometry: child.geometry, label: `${child.parcel_no}\n${areaM2(child.area_computed_m2)} ㎡` }));
    setMarks('plan', [...parts, ...(place ? [{ kind: 'fault', geometry: { type: 'Point', coordinates: place } } as Mark] : [])]);
  }

  async function submit(): Promise<void> {
    busy.value = true;
    problem.value = null;
    try {
      const done = await way.act(wishes.value, sent(given.value), tagsOf(parcels.value));
      await finished(done);
    } catch (cause) {
      problem.value = asProblem(cause);
      if (problem.value.status === 412) await meet();
    } finally {
      busy.value = false;
    }
  }

  async function finished(done: Act): Promise<void> {
    const next = done.parcels.find(({ side }) => side === 'after') ?? done.parcels[0]!;
    setMarks('plan');
    await loadRows();
    setQuery({ tab: 'lineage', diff: null });
    choose(next.id);
  }

  /** Finds the parcel that somebody else changed, and what it is now. */
  async function meet(): Promise<void> {
    for (const before of parcels.value) {
      const { value: now } = await api.parcel(before.id);
      if (now.row_version !== before.row_version) return void (clash.value = { before, now });
    }
  }

  function goOn(): void {
    const { now } = clash.value!;
    parcels.value = parcels.value.map((one) => (one.id === now.id ? now : one));
    clash.value = problem.value = null;
    void preview();
  }

  watch(wishes, (now, was) => JSON.stringify(now) !== JSON.stringify(was) && now.length && previewSoon());
  onUnmounted(() => {
    clearTimeout(timer);
    asked += 1;
    setMarks('plan');
  });
  const ready = computed(() => !!plan.value && isGiven(given.value) && !busy.value);
  return { parcels, plan, problem, clash, wishes, given, busy, ready, preview, previewSoon, submit, goOn };
}
