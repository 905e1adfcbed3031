import { expect, test } from 'vitest';

import { centred, fitted, type Limits, moved, panned, resized, standing, stepped } from '../src/desk/layouts/geometry';
import type { Box, Preview } from '../src/desk/layouts/types';

const TO: Limits = { left: 5, top: 5, right: 292, low: 199, wide: 48, high: 22 };
const BOX: Box = [20, 30, 60, 40];

test('a box goes as far as the page does, and no further', () => {
  expect(moved(BOX, 10, -1, TO)).toEqual([30, 29, 60, 40]);
  expect(moved(BOX, -100, 500, TO)).toEqual([5, 159, 60, 40]);
});

test('an edge is drawn alone, a corner in both directions, never smaller than may be', () => {
  expect(resized(BOX, 'e', 15, 99, TO)).toEqual([20, 30, 75, 40]);
  expect(resized(BOX, 'nw', 5, -10, TO)).toEqual([25, 20, 55, 50]);
  expect(resized(BOX, 'w', 50, 0, TO)).toEqual([32, 30, 48, 40]);
  expect(resized(BOX, 's', 0, 999, TO)).toEqual([20, 30, 60, 169]);
});

test('any four numbers become a box that may be', () => {
  expect(fitted([-4, 400, 1, 1000], TO)).toEqual([5, 5, 48, 194]);
});

test('land drawn to the right shows what lies west of it', () => {
  const shown = { scale: 2000, centre: [452_100, 2_478_000], middle: [452_000, 2_478_000] } as Preview;
  expect(panned(shown, 10, 5, false)).toEqual({ fixed: false, east_m: 80, north_m: 10 });
  expect(panned(shown, 10, 0, true)).toEqual({ fixed: true, east_m: 452_080, north_m: 2_478_000 });
  expect(centred([452_080, 2_478_000], shown.middle, false)).toEqual({ fixed: false, east_m: 80, north_m: 0 });
});

test('the ladder of scales has two ends', () => {
  const scales = [500, 1000, 2000];
  expect([stepped(scales, 1000, 1), stepped(scales, 2000, 1), stepped(scales, 500, -1)]).toEqual([2000, 2000, 500]);
});

test('with the first box that is moved all the others stay where they are; parts of columns flow on', () => {
  const parts = [
    { name: 'title', box: [10, 10, 100, 12], used: [10, 10, 100, 8], column: 0 },
    { name: 'legend', box: [200, 30, 60, 40], used: [200, 30, 60, 40], column: 1 },
  ];
  const shown = { map: [20, 30, 150, 100], parts } as Preview;
  expect(standing(shown, {}, () => TO)).toEqual({ map: [20, 30, 150, 100], title: [10, 10, 100, 22] });
  expect(standing(shown, { map: BOX }, () => TO)).toEqual({ map: BOX });
});
