/** What the person chose once and wants kept on this machine. */
import { ref } from 'vue';

import { COLUMNS } from '../parcels/columns';

export type CoordinateMode = 'plane' | 'degrees';

function kept<T>(key: string, otherwise: T): T {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? 'null') as T | null) ?? otherwise;
  } catch {
    return otherwise;
  }
}

const keep = (key: string, value: unknown): void => localStorage.setItem(key, JSON.stringify(value));

export const coordinateMode = ref<CoordinateMode>(kept('gis.coordinates', 'plane'));

export function setCoordinateMode(mode: string): void {
  coordinateMode.value = mode === 'degrees' ? 'degrees' : 'plane';
  keep('gis.coordinates', coordinateMode.value);
}

const usual = COLUMNS.filter((column) => column.shown).map((column) => column.id);

export const shownColumns = ref<string[]>(kept('gis.columns', usual));

export function showColumns(ids: string[] = usual): void {
  shownColumns.value = ids;
  keep('gis.columns', ids);
}

export const listWidth = ref(kept('gis.listWidth', Math.round(Math.min(600, Math.max(360, window.innerWidth * 0.46)))));

export function setListWidth(width: number): void {
  listWidth.value = Math.max(320, Math.min(width, window.innerWidth - 400));
  keep('gis.listWidth', listWidth.value);
}
