/** Days on a line: from the first change to today, with a tick where something changed. Pure. */
import type { DayCount } from './types';

const DAY_MS = 86_400_000;

/** Days since 1970-01-01, so that they can be counted. */
export function dayNumber(day: string): number {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return Math.round(Date.UTC(year, month - 1, date) / DAY_MS);
}

export const dayText = (number: number): string => new Date(number * DAY_MS).toISOString().slice(0, 10);

/** The first and the last day of the line; the last one is today and means now. */
export interface Timeline {
  first: number;
  last: number;
}

export function timelineOf(days: DayCount[], today: string): Timeline {
  const last = dayNumber(today);
  const first = days.length ? dayNumber(days[0]!.day) : last;
  return { first: Math.min(first, last - 1), last };
}

/** Where a past day (or now) stands on the line; a day outside stands at its end. */
export function placeOf({ first, last }: Timeline, asOf: string | undefined): number {
  return asOf ? Math.max(first, Math.min(last, dayNumber(asOf))) : last;
}

/** The day at a place; at the right end there is no day but now. */
export const dayAt = ({ last }: Timeline, place: number): string | undefined => (place >= last ? undefined : dayText(place));

export interface Tick {
  /** 0 at the left end, 1 at the right. */
  at: number;
  /** 0–1: a day with more changes has a longer tick; a hundred times as many are twice as long. */
  length: number;
}

/** Ticks no closer than `1 / most` of the line; days that fall together are one tick. */
export function ticksOf({ first, last }: Timeline, days: DayCount[], most = 240): Tick[] {
  const slots = new Map<number, { at: number; count: number }>();
  for (const { day, count } of days) {
    const at = (dayNumber(day) - first) / (last - first);
    if (at < 0 || at > 1) continue;
    const slot = Math.round(at * most);
    const held = slots.get(slot);
    slots.set(slot, { at: held?.at ?? at, count: (held?.count ?? 0) + count });
  }
  const busiest = Math.max(1, ...[...slots.values()].map(({ count }) => count));
  const length = (count: number): number => 0.35 + 0.65 * (Math.log1p(count) / Math.log1p(busiest));
  return [...slots.values()].map(({ at, count }) => ({ at, length: length(count) }));
}

/** The next day with changes before (-1) or after (1) a place; past the newest one comes now, before the oldest nothing. */
export function stepToChange(timeline: Timeline, days: DayCount[], place: number, direction: 1 | -1): number {
  const numbers = days.map(({ day }) => dayNumber(day)).filter((day) => day <= timeline.last);
  if (direction > 0) return numbers.find((day) => day > place) ?? timeline.last;
  return numbers.findLast((day) => day < place) ?? timeline.first;
}
