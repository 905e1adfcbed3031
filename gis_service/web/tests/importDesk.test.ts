import { expect, test } from 'vitest';

import { asRecognised, clashes, controlPoints, isChanged, toSend } from '../src/desk/imports/mapping';
import { at, frameAround, pathOf, positionsOf, scaleBar } from '../src/desk/imports/picture';
import type { FileColumn } from '../src/desk/imports/types';

const column = (name: string, field: string | null): FileColumn =>
  ({ name, field, samples: [], filled: 0, rows: 0, label: null, by: 'header', confidence: null, evidence: '', unit: null });
const COLUMNS = [column('甲', null), column('DKBH', 'parcel_no'), column('备注', 'remark')];

test('a choice starts as it was recognised and is not a change', () => {
  const choice = asRecognised(COLUMNS);
  expect(choice).toEqual({ 甲: '', DKBH: 'parcel_no', 备注: 'remark' });
  expect(isChanged(COLUMNS, choice)).toBe(false);
});

test('a field that moved to another column is sent there, one that is no longer wanted is sent without any', () => {
  const choice = { 甲: 'parcel_no', DKBH: '', 备注: '' };
  expect(toSend(COLUMNS, choice)).toEqual({ parcel_no: '甲', remark: '' });
  expect(isChanged(COLUMNS, choice)).toBe(true);
});

test('two columns for one field clash', () => {
  expect(clashes({ 甲: 'remark', DKBH: 'parcel_no', 备注: 'remark' })).toEqual(['remark']);
});

test('control points are read line by line, whatever stands between the numbers', () => {
  expect(controlPoints('1, 2, 452100, 2478700\n\n3 4，5;6')).toEqual({ points: [[1, 2, 452100, 2478700], [3, 4, 5, 6]], wrong: null });
  expect(controlPoints('1,2,3,4\n1,2,3').wrong).toBe(2);
  expect(controlPoints('a,b,c,d').wrong).toBe(1);
});

const SQUARE = { type: 'Polygon' as const, coordinates: [[[113, 22], [113.001, 22], [113.001, 22.001], [113, 22.001], [113, 22]]] };

test('north is up and the outline lies within its frame', () => {
  const frame = frameAround(positionsOf(SQUARE), 320, 200)!;
  const [west, south] = at(frame, [113, 22]);
  const [east, north] = at(frame, [113.001, 22.001]);
  expect(west).toBeLessThan(east);
  expect(north).toBeLessThan(south);
  for (const [value, limit] of [[west, 320], [east, 320], [north, 200], [south, 200]]) {
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(limit!);
  }
});

test('areas are closed, lines stay open, nothing is drawn of nothing', () => {
  const frame = frameAround(positionsOf(SQUARE), 320, 200)!;
  expect(pathOf(frame, SQUARE)).toMatch(/^M.*Z$/);
  expect(pathOf(frame, { type: 'LineString', coordinates: SQUARE.coordinates[0]! })).not.toContain('Z');
  expect(pathOf(frame, null)).toBe('');
  expect(frameAround([], 320, 200)).toBeNull();
});

test('a picture of one point still has a frame, and the scale bar a round length', () => {
  expect(frameAround([[113, 22]], 320, 200)!.perLat).toBeGreaterThan(0);
  const { metres, pixels } = scaleBar(frameAround(positionsOf(SQUARE), 320, 200)!);
  expect([50, 100]).toContain(metres);
  expect(pixels).toBeLessThanOrEqual(80);
});
