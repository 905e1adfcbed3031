/** The registers of sites and carriers, loaded once for their list, their detail and the map. */
import { computed, shallowRef } from 'vue';

import { setMarks } from '../map/state';
import { place, setQuery } from '../state/place';
import { disposalCalls } from './calls';
import type { Carrier, Density, Site } from './types';

export const sites = shallowRef<Site[]>([]);
export const carriers = shallowRef<Carrier[]>([]);
export const densities = shallowRef<Density[]>([]);

export const PARTS = { sites: '消纳场所', carriers: '运输企业', densities: '密度' } as const;
export type Part = keyof typeof PARTS;
export const part = computed<Part>(() => ((place.query['part'] ?? '') in PARTS ? (place.query['part'] as Part) : 'sites'));
export const showPart = (name: Part): void => setQuery({ part: name === 'sites' ? null : name });

export async function loadPartners(): Promise<void> {
  const [found, known, measured] = await Promise.all([disposalCalls.sites(), disposalCalls.carriers(), disposalCalls.densities()]);
  [sites.value, carriers.value, densities.value] = [found.items, known.items, measured.items];
  drawSites();
}

export function drawSites(): void {
  const here = place.place === 'disposal_partners' && part.value === 'sites';
  const isChosen = (id: number): boolean => place.chosen === `s${id}`;
  setMarks('sites', here ? sites.value.map((site) => ({ kind: isChosen(site.id) ? 'spot-warning' as const : 'spot-info' as const, geometry: { type: 'Point' as const, coordinates: site.place } })) : []);
}
