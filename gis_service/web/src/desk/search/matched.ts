/** The parcels that the server finds for the search: by pinyin, other numbers, papers, mistyped. The list adds them to its own. */
import { computed, shallowRef, watch } from 'vue';

import { wasCancelled } from '../../shared/api';
import { asOf, place } from '../state/place';
import { matchingIds } from './calls';

const PAUSE_MS = 120;

const answer = shallowRef<{ q: string; ids: Set<number> } | null>(null);
const typed = computed(() => (place.query['q'] ?? '').trim());

/** Ids for what is typed now; nothing while the server has not answered. */
export const matched = computed(() => (answer.value?.q === typed.value ? answer.value.ids : null));

let timer = 0;
let running: AbortController | null = null;

async function ask(q: string): Promise<void> {
  const mine = (running = new AbortController());
  try {
    answer.value = { q, ids: new Set(await matchingIds(q, asOf.value, mine.signal)) };
  } catch (cause) {
    // the list still has what stands in its own rows
    if (!wasCancelled(cause)) answer.value = { q, ids: new Set() };
  }
}

watch([typed, asOf], ([q]) => {
  clearTimeout(timer);
  running?.abort();
  answer.value = null;
  if (q) timer = window.setTimeout(() => void ask(q), PAUSE_MS);
}, { immediate: true });
