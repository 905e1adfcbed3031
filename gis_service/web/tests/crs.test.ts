import { expect, test } from 'vitest';

import { edgeLength, pointDegrees, pointText, rings } from '../src/desk/parcels/points';
import { definition, degreeText, planeText, toDegrees, toPlane } from '../src/shared/crs';

// computed with PROJ 9.5.1
const SPOT: [number, number] = [113.55, 22.36];

test('the plane of the district agrees with PROJ to the millimetre', () => {
  const { northing, easting } = toPlane(SPOT, 4547);
  expect(easting).toBeCloseTo(453649.888, 3);
  expect(northing).toBeCloseTo(2473733.499, 3);
});

test('the belts with a zone number carry it before the easting', () => {
  expect(toPlane(SPOT, 4526).easting).toBeCloseTo(38453649.888, 3);
  expect(toPlane(SPOT, 4546).easting).toBeCloseTo(762710.751, 3);
  expect(() => definition(3857)).toThrow(RangeError);
});

test('there and back again', () => {
  const [lon, lat] = toDegrees(toPlane(SPOT, 4547), 4547);
  expect(lon).toBeCloseTo(SPOT[0], 9);
  expect(lat).toBeCloseTo(SPOT[1], 9);
});

test('X is written first and is north', () => {
  expect(planeText({ northing: 2473733.499, easting: 453649.888 })).toBe('X 2473733.50  Y 453649.89');
  expect(degreeText(SPOT)).toBe('113.550000°E  22.360000°N');
});

const point = (facts: object) => ({ part_no: 1, ring_no: 1, seq: 1, point_no: 'J1', northing_text: '2473733.499', easting_text: '38453649.888', source_crs: 4526, ...facts });

test('a boundary point is copied as it came, digit by digit', () => {
  expect(pointText(point({ northing_text: '2473733.4990' }), 'plane')).toBe('X 2473733.4990  Y 38453649.888');
  expect(pointText(point({}), 'degrees')).toBe('113.550000°E  22.360000°N');
});

test('a point of a system this page does not know stays as it came', () => {
  expect(pointDegrees(point({ source_crs: 2362 }))).toBeNull();
  expect(pointText(point({ source_crs: 2362 }), 'degrees')).toMatch(/^X 2473733/);
});

test('edges are measured on one plane only', () => {
  const next = point({ northing_text: '2473736.499', easting_text: '38453653.888' });
  expect(edgeLength(point({}), next)).toBeCloseTo(5, 6);
  expect(edgeLength(point({}), point({ source_crs: 4490 }))).toBeNull();
});

test('points are gathered ring by ring', () => {
  const found = rings([point({}), point({ seq: 2 }), point({ ring_no: 2 }), point({ part_no: 2 })]);
  expect(found.map(({ part, ring, points }) => [part, ring, points.length])).toEqual([[1, 1, 2], [1, 2, 1], [2, 1, 1]]);
});
