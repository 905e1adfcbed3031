import { expect, test } from 'vitest';

import { moved } from '../src/desk/meetings/calls';

test('a topic moves by one place and the others keep their order', () => {
  expect(moved([1, 2, 3], 0, 1)).toEqual([2, 1, 3]);
  expect(moved([1, 2, 3], 2, -1)).toEqual([1, 3, 2]);
});

test('the first does not move up, the last not down', () => {
  expect(moved([1, 2, 3], 0, -1)).toEqual([1, 2, 3]);
  expect(moved([1, 2, 3], 2, 1)).toEqual([1, 2, 3]);
});
