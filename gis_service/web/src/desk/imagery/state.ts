/** Orthophotos in sight: which there are, which is shown, and what is still being prepared. */
import { computed, shallowRef } from 'vue';

import type { Geometry } from '../../shared/geojson';
import { call, get } from '../../shared/http';
import type { BBox } from '../../shared/types';
import { place, setQuery } from '../state/place';
import { may } from '../state/session';
import { readShown, type Shown, writeShown } from './shown';

export interface Picture {
  id: number;
  title: string;
  taken_on: string;
  source: string;
  remark: string;
  state: 'queued' | 'ready' | 'failed' | 'withdrawn';
  state_zh: string;
  state_en: string;
  stage_zh: string;
  stage_en: string;
  percent: number;
  failure: { code: string; zh: string; en: string } | null;
  resolution_m: number | null;
  inside_only: boolean;
  areas: string[];
  footprint: Geometry | null;
  box: BBox | null;
  min_zoom: number | null;
  max_zoom: number | null;
  tiles: string | null;
}

const ROOT = '/orthophotos';
export const pictures = shallowRef<Picture[] | null>(null);
export const ready = computed(() => (pictures.value ?? []).filter(({ state }) => state === 'ready').sort((a, b) => b.taken_on.localeCompare(a.taken_on) || b.id - a.id));
export const unready = computed(() => (pictures.value ?? []).filter(({ state }) => state !== 'ready'));

const REST_MS = 2000;
let resting = 0;

/** All of them; asked again while one is being prepared. */
export async function loadPictures(): Promise<void> {
  if (!may('orthophoto.read')) return;
  const found: Picture[] = [];
  let after: number | null = null;
  do {
    const page: { items: Picture[]; next: number | null } = await get(ROOT, { limit: 200, after });
    found.push(...page.items);
    after = page.next;
  } while (after !== null);
  pictures.value = found;
  clearTimeout(resting);
  if (found.some(({ state }) => state === 'queued')) resting = window.setTimeout(() => void loadPictures().catch(() => undefined), REST_MS);
}

export function sendPicture(file: File, world: File | null, said: Record<string, string>): Promise<Picture> {
  const form = new FormData();
  for (const [name, value] of Object.entries(said)) if (value) form.append(name, value);
  form.append('file', file);
  if (world) form.append('world', world);
  return call<Picture>('POST', ROOT, { form });
}
export const withdraw = (id: number, reason: string): Promise<Picture> => call<Picture>('POST', `${ROOT}/${id}/withdraw`, { body: { reason } });
export const again = (id: number): Promise<Picture> => call<Picture>('POST', `${ROOT}/${id}/again`, { body: {} });

// ---- what is shown

const byId = (id: number | undefined): Picture | null => ready.value.find((one) => one.id === id) ?? null;
export const shown = computed<Shown | null>(() => readShown(place.query['image']));
/** Under the whole map, or right of a swipe. */
export const picture = computed(() => byId(shown.value?.id));
export const opacity = computed(() => shown.value?.opacity ?? 100);
/** Left of a swipe; the same as right until another (or none) was chosen. */
export const leftPicture = computed(() => (place.query['image_left'] === undefined ? picture.value : byId(readShown(place.query['image_left'])?.id)));
export const wanted = computed(() => Boolean(place.query['image'] ?? place.query['image_left']));

export const showPicture = (id: number | null): void => setQuery({ image: writeShown(id === null ? null : { id, opacity: opacity.value }) });
export const showLeft = (id: number | null): void => setQuery({ image_left: id === null ? 'none' : String(id) });
export const setOpacity = (percent: number): void => setQuery({ image: writeShown(shown.value && { ...shown.value, opacity: percent }) });
