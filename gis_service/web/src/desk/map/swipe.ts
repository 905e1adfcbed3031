/** Two sides under a handle: the earlier of two days left of it and the later right, or two pictures of the ground, or both. */
import { computed } from 'vue';

import { today } from '../../shared/format';
import { t } from '../../shared/i18n';
import { comparing } from '../changes/state';
import { sideName } from '../imagery/shown';
import { leftPicture, picture, type Picture, wanted } from '../imagery/state';
import { usualPeriods, writePeriod } from '../changes/period';
import { asOf, place, setQuery } from '../state/place';

const MIDDLE = 50;

/** Where the handle is, in percent of the map's width, or null when nothing is compared so. */
export const swipe = computed<number | null>(() => {
  const at = Number(place.query['swipe']);
  return (comparing.value || wanted.value) && place.query['swipe'] && Number.isFinite(at) ? Math.min(100, Math.max(0, at)) : null;
});

export const moveSwipe = (at: number): void => setQuery({ swipe: String(Math.round(Math.min(100, Math.max(0, at)))) });

export function toggleSwipe(): void {
  if (swipe.value !== null) return setQuery({ swipe: null, image_left: null });
  // a picture is to be set beside another one, or beside the register of the same day: no second day is wanted yet
  if (picture.value && !comparing.value) return setQuery({ swipe: String(MIDDLE), image_left: 'none' });
  const compare = comparing.value ?? { from: asOf.value ?? usualPeriods(today()).month.from, to: today() };
  setQuery({ swipe: String(MIDDLE), compare: writePeriod(compare), as_of: null, diff: null, feed: null });
}

const name = (day: string | undefined, of: Picture | null): string =>
  sideName(day ?? null, of?.taken_on ?? null, { picture: (taken) => t('影像 {day}', { day: taken }), bare: t('无影像') });
/** What the two sides are called. */
export const sides = computed(() => ({ left: name(comparing.value?.from, leftPicture.value), right: name(comparing.value?.to, picture.value) }));

/** The day of the layers left of the handle; null where there is no swipe. */
export const leftDay = computed<{ day: string | undefined } | null>(() => (swipe.value === null ? null : { day: comparing.value ? comparing.value.from : asOf.value }));
