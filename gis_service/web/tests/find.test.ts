import { beforeAll, expect, test, vi } from 'vitest';

import { rangeOf } from '../src/desk/bulk/picked';
import { partsOf } from '../src/desk/search/parts';
import type { ParcelRow } from '../src/shared/types';

vi.mock('../src/desk/state/session', () => ({ word: (_: string, value: string) => value, session: { units: [{ id: 7, name: '格力' }] } }));
vi.mock('../src/desk/state/place', () => ({ place: { place: 'parcels', chosen: null, query: {} }, asOf: { value: undefined } }));

let fields: typeof import('../src/desk/bulk/fields');
let filters: typeof import('../src/desk/parcels/filters');
beforeAll(async () => {
  fields = await import('../src/desk/bulk/fields');
  filters = await import('../src/desk/parcels/filters');
});

test('a text is cut where it was found, rare characters counting as one', () => {
  expect(partsOf('格创·芯谷', [[0, 5]])).toEqual([{ text: '格创·芯谷', found: true }]);
  expect(partsOf('𠀀地BW-1', [[2, 4]])).toEqual([{ text: '𠀀地', found: false }, { text: 'BW', found: true }, { text: '-1', found: false }]);
  expect(partsOf('北围', [])).toEqual([{ text: '北围', found: false }]);
});

test('a range runs either way, and is one row where its beginning is gone', () => {
  expect(rangeOf([5, 6, 7, 8], 8, 6)).toEqual([6, 7, 8]);
  expect(rangeOf([5, 6, 7, 8], 5, 6)).toEqual([5, 6]);
  expect(rangeOf([5, 6], 99, 6)).toEqual([6]);
  expect(rangeOf([5, 6], null, 5)).toEqual([5]);
});

const named = (...names: string[]) => fields.BULK_FIELDS.filter(({ name }) => names.includes(name));

test('a field that may not be empty changes nothing until it is filled; others are emptied', () => {
  expect(fields.changesFrom(named('fence_status', 'remark_append', 'use_status'), { fence_status: null, remark_append: '', use_status: [] })).toEqual({});
  expect(fields.changesFrom(named('custodian_unit'), { custodian_unit_id: null })).toEqual({ custodian_unit_id: null });
  expect(fields.empties(named('custodian_unit')[0]!, { custodian_unit_id: null })).toBe(true);
  expect(fields.empties(named('fence_status')[0]!, { fence_status: null })).toBe(false);
});

test('half a land class changes nothing', () => {
  expect(fields.changesFrom(named('planned_class'), { planned_class_system: 'LU2023', planned_class_code: null })).toEqual({});
  expect(fields.changesFrom(named('planned_class'), { planned_class_system: 'LU2023', planned_class_code: '0701' })).toEqual({ planned_class_system: 'LU2023', planned_class_code: '0701' });
});

test('a unit is called by its name, whether given whole or by its id', () => {
  expect(fields.valueText('custodian_unit_id', 7)).toBe('格力');
  expect(fields.valueText('custodian_unit_id', { id: 7, name: '格力' })).toBe('格力');
  expect(fields.valueText('custodian_unit_id', null)).toBe('–');
});

test('what the server finds is listed beside what stands in the rows', () => {
  const rows = [{ id: 1, parcel_no: 'BW-1' }, { id: 2, parcel_no: 'HH-1' }] as ParcelRow[];
  expect(filters.filterRows(rows, [], {}, 'gcxg', new Set([2])).map(({ id }) => id)).toEqual([2]);
  expect(filters.filterRows(rows, [], {}, 'gcxg', null)).toEqual([]);
});
