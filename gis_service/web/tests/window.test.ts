import { expect, test } from 'vitest';

import { reveal, windowOf } from '../src/shared/table/window';

test('only the rows in sight and a few around them exist', () => {
  const { first, last, before, after } = windowOf(3200, 640, 32, 10000);
  expect(first).toBeLessThanOrEqual(100);
  expect(last).toBeGreaterThanOrEqual(120);
  expect(last - first).toBeLessThan(50);
  expect(before + after + (last - first) * 32).toBe(10000 * 32);
});

test('every scroll position covers what is in sight, to the very end', () => {
  for (let top = 0; top <= 10000 * 32 - 640; top += 777) {
    const { first, last } = windowOf(top, 640, 32, 10000);
    expect(first * 32).toBeLessThanOrEqual(top);
    expect(last * 32).toBeGreaterThanOrEqual(top + 640);
  }
});

test('a table that shrank below the scroll position shows its last rows', () => {
  expect(windowOf(9999, 640, 32, 3)).toMatchObject({ last: 3, after: 0 });
  expect(windowOf(0, 640, 32, 0)).toEqual({ first: 0, last: 0, before: 0, after: 0 });
});

test('a row is brought into sight by the shortest way', () => {
  expect(reveal(5, 0, 640, 32)).toBe(0);
  expect(reveal(30, 0, 640, 32)).toBe(31 * 32 - 640);
  expect(reveal(2, 320, 640, 32)).toBe(64);
});
