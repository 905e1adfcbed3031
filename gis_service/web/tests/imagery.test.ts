import { expect, test } from 'vitest';

import { readShown, sideName, writeShown } from '../src/desk/imagery/shown';

test('the address holds a picture and how strong it is, and nothing else is read from it', () => {
  expect(readShown('12.60')).toEqual({ id: 12, opacity: 60 });
  expect(readShown('12')).toEqual({ id: 12, opacity: 100 });
  expect(readShown('12.3')).toEqual({ id: 12, opacity: 10 });
  for (const other of [undefined, '', 'none', '12.', '-1', '12.60.3', '1e3']) expect(readShown(other)).toBeNull();
  for (const text of ['12.60', '7']) expect(writeShown(readShown(text))).toBe(text);
  expect(writeShown(null)).toBeNull();
});

test('a side of a swipe is named by its day and by the day of its picture', () => {
  const words = { picture: (day: string): string => `影像 ${day}`, bare: '无影像' };
  expect(sideName(null, '2026-10-01', words)).toBe('影像 2026-10-01');
  expect(sideName('2026-09-30', '2026-10-01', words)).toBe('2026-09-30 · 影像 2026-10-01');
  expect(sideName('2026-09-30', null, words)).toBe('2026-09-30');
  expect(sideName(null, null, words)).toBe('无影像');
});
