import { expect, test } from 'vitest';

import { type Corner, cornersOf, crosses, shape } from '../src/field/map/sketch';

const SQUARE: Corner[] = [[113.5, 22.4], [113.501, 22.4], [113.501, 22.401], [113.5, 22.401]];

test('a shape is whole only with the corners it needs', () => {
  expect(shape('line', SQUARE.slice(0, 1))).toBeNull();
  expect(shape('polygon', SQUARE.slice(0, 2))).toBeNull();
  expect(shape('point', SQUARE)).toEqual({ type: 'Point', coordinates: [113.5, 22.401] });
});

test('a polygon is closed, and its corners come back without the closing one', () => {
  const polygon = shape('polygon', SQUARE)!;
  expect(polygon).toEqual({ type: 'Polygon', coordinates: [[...SQUARE, SQUARE[0]]] });
  expect(cornersOf('polygon', polygon)).toEqual(SQUARE);
});

test('what was drawn as another kind of shape is not gone on with', () => {
  expect(cornersOf('line', shape('polygon', SQUARE))).toEqual([]);
});

test('edges that cross are seen', () => {
  const [a, b, c, d] = SQUARE as [Corner, Corner, Corner, Corner];
  expect(crosses([a, b, c, d])).toBe(false);
  expect(crosses([a, c, b, d])).toBe(true);
  expect(crosses([a, b, c])).toBe(false);
});
