import { expect, test } from 'vitest';

import { changesCsv } from '../src/desk/changes/exportChanges';
import type { Act, Change } from '../src/desk/changes/types';
import { changedNames, gained, told } from '../src/desk/changes/words';

const act = (version_no: number, actor: string, changed: string[]): Act => ({
  version_no, actor, changed, at: '2026-03-05T04:00:00+00:00', op: 'UPDATE', reason: `原因${version_no}`, document: null,
});

const change: Change = {
  id: 1, parcel_no: 'BW-1', parcel_name: '=一号地', area: '北围', kind: 'outline', bbox: [113, 22, 114, 23], outline: true,
  fields: [{ field: 'remark', before: null, after: '甲' }, { field: 'area_computed_m2', before: 2000, after: 3000 }],
  area_registered_m2: { before: 2000, after: 2000 }, area_computed_m2: { before: 2000, after: 3000 }, from_version: 1, to_version: 3,
  versions: [act(3, '黄工', ['geometry', 'area_computed_m2']), act(2, '林工', ['remark'])],
};

test('each line of the export names who changed that very field', () => {
  const lines = changesCsv([change]).trim().split('\r\n').map((line) => line.split(','));
  expect(lines).toHaveLength(4);
  const by = Object.fromEntries(lines.slice(1).map((line) => [line[4], line[9] ?? '']));
  expect([by['边界'], by['备注']]).toEqual(['黄工', '林工']);
  expect(changesCsv([change])).toContain("'=一号地");
});

test('a parcel that only came or went is one line', () => {
  const came: Change = { ...change, kind: 'new', fields: [], outline: false, area_computed_m2: { before: null, after: 3000 } };
  expect(changesCsv([came]).trim().split('\r\n')).toHaveLength(2);
});

test('ground gained is the difference of the computed areas, and all of it where a parcel came or went', () => {
  const areas = { before: 2000, after: 3000 };
  expect(gained({ ...change, area_computed_m2: areas })).toBe(1000);
  expect(gained({ ...change, kind: 'new', area_computed_m2: { before: null, after: 3000 } })).toBe(3000);
  expect(gained({ ...change, kind: 'retired', area_computed_m2: areas })).toBe(-2000);
});

test('fields are told in words, areas in both units', () => {
  expect(changedNames(change)).toEqual(['边界', '备注', '计算面积']);
  expect(told(change.fields)[1]).toMatchObject({ before: '2,000.00 ㎡ · 3.00 亩', after: '3,000.00 ㎡ · 4.50 亩' });
});
