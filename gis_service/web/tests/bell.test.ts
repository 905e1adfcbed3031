import { expect, test } from 'vitest';

import { ATTENDED_MS, EVERY_MS, isDue } from '../src/desk/notifications/watching';

const NOW = 10_000_000;
const seen = { visible: true, touched: NOW - 1000, asked: NOW - EVERY_MS };

test('the bell asks once a minute while somebody looks', () => {
  expect(isDue(seen, NOW)).toBe(true);
  expect(isDue({ ...seen, asked: NOW - EVERY_MS + 1 }, NOW)).toBe(false);
});

test('a hidden page asks nothing', () => {
  expect(isDue({ ...seen, visible: false }, NOW)).toBe(false);
});

test('an unattended desk asks nothing, so that it is signed out in time', () => {
  expect(isDue({ ...seen, touched: NOW - ATTENDED_MS }, NOW)).toBe(false);
});
