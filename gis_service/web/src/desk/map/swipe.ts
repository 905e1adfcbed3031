/** Two days side by side under a handle: the earlier left of it, the later right. */
import { computed } from 'vue';

import { today } from '../../shared/format';
import { comparing } from '../changes/state';
import { usualPeriods, writePeriod } from '../changes/period';
import { asOf, place, setQuery } from '../state/place';

const MIDDLE = 50;

/** Where the handle is, in percent of the map's width, or null when nothing is compared so. */
export const swipe = computed<number | null>(() => {
  const at = Number(place.query['swipe']);
  return comparing.value && place.query['swipe'] && Number.isFinite(at) ? Math.min(100, Math.max(0, at)) : null;
});

export const moveSwipe = (at: number): void => setQuery({ swipe: String(Math.round(Math.min(100, Math.max(0, at)))) });

export function toggleSwipe(): void {
  if (swipe.value !== null) return setQuery({ swipe: null });
  const compare = comparing.value ?? { from: asOf.value ?? usualPeriods(today()).month.from, to: today() };
  setQuery({ swipe: String(MIDDLE), compare: writePeriod(compare), as_of: null, diff: null, feed: null });
}
