/** How far targets are, by whatever they are grouped by. Pure. */
import type { Stand, Target } from './types';

export interface Group {
  /** Null where the register names none. */
  name: string | null;
  targets: number;
  done: number;
  area_m2: number;
  done_area_m2: number;
}

/** Targets by area or by unit, those with most land missing first, those without a name last. */
export function grouped(targets: Target[], by: 'area' | 'unit'): Group[] {
  const found = new Map<string | null, Group>();
  for (const one of targets) {
    const group = found.get(one[by]) ?? { name: one[by], targets: 0, done: 0, area_m2: 0, done_area_m2: 0 };
    const part = one.stand === 'done' ? 1 : 0;
    group.targets += 1;
    group.done += part;
    group.area_m2 += one.area_m2;
    group.done_area_m2 += part * one.area_m2;
    found.set(one[by], group);
  }
  const missing = (group: Group): number => group.area_m2 - group.done_area_m2;
  return [...found.values()].sort((a, b) => Number(a.name === null) - Number(b.name === null) || missing(b) - missing(a) || (a.name ?? '').localeCompare(b.name ?? '', 'zh'));
}

export function counted(targets: Target[]): Record<Stand, number> {
  const counts: Record<Stand, number> = { done: 0, running: 0, wanting: 0 };
  for (const { stand } of targets) counts[stand] += 1;
  return counts;
}

/** Targets a survey can be opened for: land that was divided or merged since is no longer there. */
export const wanting = (targets: Target[]): Target[] => targets.filter(({ stand, retired_on }) => stand === 'wanting' && !retired_on);

/** A share in per cent with one place, or an en dash where there is nothing to divide by. Only all is 100 %. */
export function share(part: number, whole: number): string {
  if (!whole) return '–';
  const tenths = Math.round((part / whole) * 1000);
  return `${(Math.min(tenths, part < whole ? 999 : 1000) / 10).toFixed(1)}%`;
}
