import { expect, test } from 'vitest';

import { areaDifference, areaM2, areaMu, bothAreas, dateTime, fileSize, isDate, middle, number, signed, today, toMu, usualDays } from '../src/shared/format';

test('one mu is 2000/3 square metres and nothing else', () => {
  expect(toMu(2000 / 3)).toBeCloseTo(1, 12);
  expect(areaMu(100000)).toBe('150.00');
});

test('areas are shown in both units, rounded once at the end', () => {
  expect(bothAreas(100000)).toBe('100,000.00 ㎡ · 150.00 亩');
  expect(areaM2(11044.115)).toBe('11,044.12');
});

test('an absent number is a dash, never zero', () => {
  expect(number(null)).toBe('–');
  expect(areaMu(undefined)).toBe('–');
  expect(number(0, 2)).toBe('0.00');
});

test('the difference of areas says how much and which share of the document figure', () => {
  expect(areaDifference(1000, 1012)).toEqual({ m2: 12, percent: 1.2 });
  expect(areaDifference(null, 1012)).toBeNull();
  expect(signed(-0.001, 2)).toBe('0.00');
  expect(signed(12.5, 1)).toBe('+12.5');
  expect(signed(-3, 0)).toBe('−3');
});

test('times are shown in Beijing time whatever the zone of the machine', () => {
  expect(dateTime('2026-11-23T01:41:00+00:00')).toBe('2026-11-23 09:41');
  expect(today(new Date('2026-11-22T16:30:00Z'))).toBe('2026-11-23');
});

test('only days of the calendar are dates', () => {
  expect(isDate('2026-02-28')).toBe(true);
  expect(isDate('2026-02-29')).toBe(false);
  expect(isDate('2026-2-1')).toBe(false);
});

test('the usual past days are the ends of month, quarter and year before', () => {
  expect(usualDays('2026-11-23')).toEqual({ month: '2026-10-31', quarter: '2026-09-30', year: '2025-12-31' });
  expect(usualDays('2026-01-05')).toEqual({ month: '2025-12-31', quarter: '2025-12-31', year: '2025-12-31' });
});

test('a long text keeps its beginning and its end', () => {
  expect(middle('北围2026年第三批.txt', 30)).toBe('北围2026年第三批.txt');
  expect(middle('abcdefghij', 5)).toBe('ab…ij');
});

test('file sizes are words people use', () => {
  expect(fileSize(900)).toBe('900 B');
  expect(fileSize(1536)).toBe('1.5 KB');
});
