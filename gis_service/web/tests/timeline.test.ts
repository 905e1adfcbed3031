import { expect, test } from 'vitest';

import { readPeriod, usualPeriods, writePeriod } from '../src/desk/changes/period';
import { dayAt, dayNumber, dayText, placeOf, stepToChange, ticksOf, timelineOf } from '../src/desk/changes/timeline';

const days = [
  { day: '2024-03-01', count: 120 },
  { day: '2025-01-15', count: 1 },
  { day: '2025-01-16', count: 3 },
  { day: '2026-02-28', count: 9 },
];
const line = timelineOf(days, '2026-03-01');

test('days are numbers and back, across leap days and years', () => {
  for (const day of ['2024-02-29', '2025-12-31', '2026-01-01', '1999-10-31']) expect(dayText(dayNumber(day))).toBe(day);
  expect(dayNumber('2024-03-01') - dayNumber('2024-02-28')).toBe(2);
});

test('the line runs from the first change to today, and is at least a day long', () => {
  expect([dayText(line.first), dayText(line.last)]).toEqual(['2024-03-01', '2026-03-01']);
  expect(timelineOf([], '2026-03-01')).toEqual({ first: dayNumber('2026-02-28'), last: dayNumber('2026-03-01') });
  expect(timelineOf([{ day: '2026-03-01', count: 1 }], '2026-03-01').first).toBe(dayNumber('2026-02-28'));
});

test('the right end is now; days outside stand at the ends', () => {
  expect(dayAt(line, line.last)).toBeUndefined();
  expect(dayAt(line, line.last - 1)).toBe('2026-02-28');
  expect(placeOf(line, undefined)).toBe(line.last);
  expect(placeOf(line, '2020-01-01')).toBe(line.first);
  expect(placeOf(line, '2099-01-01')).toBe(line.last);
  expect(dayAt(line, placeOf(line, '2025-07-01'))).toBe('2025-07-01');
});

test('ticks stand where changes were, the busiest day has the longest, close days share one', () => {
  const ticks = ticksOf(line, days, 100);
  expect(ticks.map(({ at }) => Math.round(at * 100))).toEqual([0, 44, 100]);
  expect(ticks[0]!.length).toBe(1);
  expect(ticks.every(({ length }) => length > 0.3 && length <= 1)).toBe(true);
  expect(ticksOf(line, [{ day: '2027-01-01', count: 1 }])).toEqual([]);
});

test('stepping goes from change to change, and past the newest to now', () => {
  const step = (day: string, direction: 1 | -1): string | undefined => dayAt(line, stepToChange(line, days, placeOf(line, day), direction));
  expect(step('2024-03-01', 1)).toBe('2025-01-15');
  expect(step('2025-01-15', 1)).toBe('2025-01-16');
  expect(step('2026-02-28', 1)).toBeUndefined();
  expect(step('2025-06-01', -1)).toBe('2025-01-16');
  expect(step('2024-03-01', -1)).toBe('2024-03-01');
});

test('a comparison in the address is two dates in order, or none', () => {
  expect(readPeriod('2026-01-31..2026-03-31')).toEqual({ from: '2026-01-31', to: '2026-03-31' });
  for (const text of [undefined, '', '2026-01-31', '2026-03-31..2026-01-31', '2026-01-31..2026-01-31', 'a..b', '2026-02-30..2026-03-01']) expect(readPeriod(text)).toBeNull();
  expect(readPeriod(writePeriod({ from: '2025-12-31', to: '2026-01-01' }))).toEqual({ from: '2025-12-31', to: '2026-01-01' });
  expect(usualPeriods('2026-11-23').month).toEqual({ from: '2026-10-31', to: '2026-11-23' });
});
