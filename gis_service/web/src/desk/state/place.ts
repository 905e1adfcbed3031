/** Where the person is: the one copy of the address, kept in step with the browser's. */
import { computed, reactive } from 'vue';

import { today } from '../../shared/format';
import { readPeriod } from '../changes/period';
import { type PlaceName, readAddress, writeAddress } from './address';

export const place = reactive(readAddress(location.pathname, location.search));

window.addEventListener('popstate', () => Object.assign(place, readAddress(location.pathname, location.search)));

/** Goes to a place or chooses something there: a step the back button undoes. The view's settings stay. */
export function go(name: PlaceName, chosen: string | number | null = null): void {
  const text = chosen === null ? null : String(chosen);
  if (place.place === name && place.chosen === text) return;
  place.place = name;
  place.chosen = text;
  history.pushState(null, '', writeAddress(place));
}

/** Opens an address of the desk, such as a notification's link; one that leads elsewhere is left to the browser. */
export function visit(link: string): void {
  const { pathname, search, origin } = new URL(link, location.href);
  if (origin !== location.origin || !pathname.startsWith('/desk/')) return location.assign(link);
  history.pushState(null, '', pathname + search);
  Object.assign(place, readAddress(pathname, search));
}

/** Chooses something in the present place. */
export const choose = (chosen: string | number | null): void => go(place.place, chosen);

/** Changes settings of the view (filters, axis, map, as_of) in place; an empty value removes one. */
export function setQuery(change: Record<string, string | null | undefined>): void {
  for (const [name, value] of Object.entries(change)) {
    if (value) place.query[name] = value;
    else delete place.query[name];
  }
  history.replaceState(null, '', writeAddress(place));
}

export const chosenId = computed<number | null>(() => {
  const id = Number(place.chosen);
  return place.chosen && Number.isInteger(id) ? id : null;
});

/** The two days compared, if two are. */
export const compared = computed(() => readPeriod(place.query['compare']));

/** The past day looked at, or undefined for now. In a comparison it is the later of the two. */
export const asOf = computed<string | undefined>(() => {
  const later = compared.value?.to;
  return later ? (later >= today() ? undefined : later) : place.query['as_of'] || undefined;
});
