import { beforeAll, expect, test, vi } from 'vitest';

import type { ParcelRow } from '../src/shared/types';

vi.mock('../src/desk/state/session', () => ({ word: (_: string, value: string) => value, session: {} }));

let columns: typeof import('../src/desk/parcels/columns');
let filters: typeof import('../src/desk/parcels/filters');
beforeAll(async () => {
  columns = await import('../src/desk/parcels/columns');
  filters = await import('../src/desk/parcels/filters');
});

const row = (facts: Partial<ParcelRow>): ParcelRow =>
  ({ id: 1, parcel_no: 'BW-0001', parcel_name: null, area_name: '北围', area_registered_m2: 1000, area_computed_m2: 1000, use_status: ['idle'], fence_status: 'full', right_holder: null, ...facts }) as ParcelRow;
const column = (id: string) => columns.columnOf(id)!;

test('a filter is read back as it was written, also with commas in a name', () => {
  for (const filter of [
    { kind: 'set' as const, values: ['甲,乙公司', '100%国有', filters.NOTHING] },
    { kind: 'set' as const, values: ['full'] },
  ]) expect(filters.readFilter(column('right_holder'), filters.writeFilter(filter))).toEqual(filter);
  const range = { kind: 'range' as const, min: 1000, max: undefined };
  expect(filters.readFilter(column('area_registered_m2'), filters.writeFilter(range))).toEqual(range);
});

test('settings of the view that are not columns are no filters', () => {
  expect(filters.readFilters(columns.COLUMNS, { axis: 'fence_status', map: '1,2,3', fence_status: 'full' })).toEqual({ fence_status: { kind: 'set', values: ['full'] } });
});

test('a parcel with several uses passes when one of them is wanted', () => {
  const filter = { kind: 'set' as const, values: ['parking'] };
  expect(filters.passes(column('use_status'), filter, row({ use_status: ['idle', 'parking'] }))).toBe(true);
  expect(filters.passes(column('use_status'), filter, row({ use_status: ['idle'] }))).toBe(false);
});

test('parcels without a value can be asked for', () => {
  expect(filters.passes(column('right_holder'), { kind: 'set', values: [filters.NOTHING] }, row({}))).toBe(true);
});

test('a range leaves out what has no number', () => {
  expect(filters.passes(column('area_registered_m2'), { kind: 'range', max: 5000 }, row({ area_registered_m2: null }))).toBe(false);
});

test('every word of a search must be found somewhere in the row', () => {
  const one = row({ parcel_name: '北围TJ-03-12地块', custodian_unit: '格力集团' });
  expect(filters.found('tj-03 格力', one)).toBe(true);
  expect(filters.found('tj-03 华发', one)).toBe(false);
});

test('sorting counts numbers inside texts and leaves what is absent to the end, both ways', () => {
  const rows = ['BW-10', 'BW-9', 'BW-1'].map((parcel_no, id) => row({ id, parcel_no, area_registered_m2: id === 0 ? null : id }));
  expect(filters.sortRows(rows, column('parcel_no'), false).map((one) => one.parcel_no)).toEqual(['BW-1', 'BW-9', 'BW-10']);
  expect(filters.sortRows(rows, column('area_registered_m2'), true).map((one) => one.area_registered_m2)).toEqual([2, 1, null]);
});

test('the choices of a filter are counted', () => {
  const rows = [row({}), row({ fence_status: 'none' }), row({ fence_status: 'none' })];
  expect(filters.choices(rows, column('fence_status'))).toEqual([{ value: 'none', count: 2 }, { value: 'full', count: 1 }]);
});

test('ten thousand rows are filtered and sorted within the blink of an eye', () => {
  const rows = Array.from({ length: 10000 }, (_, id) => row({ id, parcel_no: `BW-${(id * 7919) % 10000}`, parcel_name: `地块 ${id}` }));
  const start = performance.now();
  const found = filters.filterRows(rows, columns.COLUMNS, {}, '地块 9');
  filters.sortRows(found, column('parcel_no'), true);
  expect(performance.now() - start).toBeLessThan(1000);
});
