import { describe, expect, test } from 'vitest';

import { toDegrees } from '../src/shared/crs';
import { exceeding, readValue, standardsOf, tellingLimit, times, verdictOf } from '../src/desk/surveys/laboratory/judge';
import { isWhole, partsOf, sent, sumOf } from '../src/desk/surveys/map/composition';
import { lengthOf, lineText, through } from '../src/desk/surveys/map/section';
import { emptyHole, emptyLayer, faultsOfHole, faultsOfRow, hasFault, nextLayer, nextNumber, toBody, unready } from '../src/desk/surveys/points/draft';
import { counted, grouped, share, wanting } from '../src/desk/surveys/programmes/tally';
import type { Target } from '../src/desk/surveys/programmes/types';
import type { Limit, LonLat, Sample } from '../src/desk/surveys/types';
import { barOf, inOrder, METHODS, roundUp } from '../src/desk/surveys/volume/methods';

const target = (over: Partial<Target>): Target => ({
  parcel_id: 1, parcel_no: 'BW-0001', area_m2: 1000, because: [], survey_status: 'pending', waste_found: null, retired_on: null, area: '北围', unit: '甲', survey: null, stand: 'wanting', ...over,
});

describe('how far a programme is', () => {
  const targets = [
    target({ stand: 'done', area_m2: 3000 }),
    target({ area: '后环', area_m2: 500 }),
    target({ stand: 'running', unit: null, area_m2: 2000 }),
    target({ area: null, retired_on: '2026-11-01', area_m2: 100 }),
  ];

  test('every target is in one group, whatever it is grouped by, and the sums stay', () => {
    for (const by of ['area', 'unit'] as const) {
      const groups = grouped(targets, by);
      expect(groups.reduce((sum, { targets: n }) => sum + n, 0)).toBe(4);
      expect(groups.reduce((sum, { area_m2 }) => sum + area_m2, 0)).toBe(5600);
    }
    expect(grouped(targets, 'area').map(({ name, done, done_area_m2 }) => [name, done, done_area_m2])).toEqual([['北围', 1, 3000], ['后环', 0, 0], [null, 0, 0]]);
  });

  test('land that is no longer there is missing, but gets no survey', () => {
    expect(counted(targets)).toEqual({ done: 1, running: 1, wanting: 2 });
    expect(wanting(targets)).toHaveLength(1);
  });

  test('only all is a hundred per cent, and nothing has no share', () => {
    expect([share(60, 69), share(9999, 10000), share(10, 10), share(0, 3), share(0, 0)]).toEqual(['87.0%', '99.9%', '100.0%', '0.0%', '–']);
  });
});

describe('a hole by hand', () => {
  const hole = () => ({ ...emptyHole('ZK10', 4547), easting: '452100.5', northing: '2478600', total_depth_m: '4', layers: [{ ...emptyLayer('0'), to_m: '1.5', soil_name: '素填土' }, { ...emptyLayer('1.5'), to_m: '4', soil_name: '建筑垃圾' }] });

  test('the next number follows the highest of its kind', () => {
    expect(nextNumber([{ point_no: 'ZK09' }, { point_no: 'TK12' }, { point_no: '补1' }], 'borehole')).toBe('ZK10');
    expect(nextNumber([{ point_no: 'ZK09' }, { point_no: 'TK12' }], 'pit')).toBe('TK13');
    expect(nextNumber([], 'probe')).toBe('QT01');
  });

  test('a new layer goes on where the last one ends', () => {
    expect(nextLayer(hole().layers).from_m).toBe('4');
    expect(nextLayer([]).from_m).toBe('0');
  });

  test('what is empty or no number is named by row and field; the rest is the server’s', () => {
    expect(unready(hole())).toEqual([]);
    const broken = { ...hole(), easting: '45x', ground_elev_m: 'hoch', layers: [{ ...emptyLayer('0'), to_m: '' }] };
    expect(unready(broken)).toEqual([{ row: null, field: 'easting' }, { row: null, field: 'ground_elev_m' }, { row: 1, field: 'to_m' }, { row: 1, field: 'soil_name' }]);
  });

  test('empty fields are left out, and whether it is waste is left to the word unless said', () => {
    const body = toBody({ ...hole(), layers: [{ ...emptyLayer('0'), to_m: '4', soil_name: ' 杂填土 ', is_waste: 'no', waste_class: 'mixed' }] });
    expect(body).toEqual({ point_no: 'ZK10', kind: 'borehole', easting: '452100.5', northing: '2478600', crs: 4547, total_depth_m: '4', bottom_reached: true, position_method: 'rtk', layers: [{ from_m: '0', to_m: '4', soil_name: '杂填土', is_waste: false }] });
  });

  test('faults stand at their row, the others at the hole', () => {
    const faults = [{ row: 2, field: 'from_m', message: '缺口' }, { row: null, field: 'easting', message: '界外' }];
    expect(faultsOfRow(faults, 2)).toHaveLength(1);
    expect(faultsOfHole(faults).map(({ message }) => message)).toEqual(['界外']);
    expect([hasFault(faults, 2, 'from_m'), hasFault(faults, 1, 'from_m'), hasFault(faults, null, 'easting')]).toEqual([true, false, true]);
  });
});

describe('values beside limits', () => {
  const limit = (over: Partial<Limit>): Limit => ({ standard: 'GB 36600-2018', title: '', title_en: '', kind: 'screening', holds_from: '2018-08-01', limit: 60, unit: 'mg/kg', exceeds: false, confirmed: true, source: '', ...over });

  test('over one limit is over; the highest limit exceeded is the one to tell', () => {
    const one = { limits: [limit({ exceeds: true }), limit({ kind: 'intervention', limit: 140, exceeds: true })] };
    expect([verdictOf(one), tellingLimit(one)?.limit]).toEqual(['over', 140]);
    const within = { limits: [limit({}), limit({ kind: 'intervention', limit: 140 })] };
    expect([verdictOf(within), tellingLimit(within)?.limit]).toEqual(['within', 60]);
    expect([verdictOf({ limits: [limit({ exceeds: null })] }), verdictOf({ limits: [] }), tellingLimit({ limits: [] })]).toEqual(['unlike', 'none', null]);
  });

  test('how many times is only said in the same unit', () => {
    expect(times(120, limit({}), 'mg/kg')).toBe(2);
    expect(times(120, limit({}), 'μg/kg')).toBeNull();
  });

  test('a value is a number, or below the limit of detection', () => {
    expect([readValue(' 6.2 '), readValue('<0.01'), readValue('＜ 5'), readValue('abc'), readValue('-1')]).toEqual([{ value: 6.2, qualifier: '' }, { value: 0.01, qualifier: '<' }, { value: 5, qualifier: '<' }, null, null]);
  });

  test('samples over a limit, and every table of limits once', () => {
    const sample = (limits: Limit[]): Sample => ({ id: 1, point_id: 1, point_no: 'ZK01', sample_no: 'S1', from_m: 0, to_m: 1, medium: 'soil', medium_zh: '', medium_en: '', laboratory: '', taken_on: null, received_on: null, results: [{ analyte: '砷', value: 1, unit: 'mg/kg', method: '', detection_limit: null, qualifier: '', limits }] });
    const samples = [sample([limit({}), limit({})]), sample([limit({ kind: 'intervention', exceeds: true })])];
    expect(exceeding(samples)).toHaveLength(1);
    expect(standardsOf(samples).map(({ kind }) => kind)).toEqual(['intervention', 'screening']);
  });
});

describe('lines of sections', () => {
  const at = (easting: number, northing: number): LonLat => toDegrees({ easting, northing }, 4547);

  test('are written in metres of the plane, east first', () => {
    expect(lineText([at(452100, 2478600), at(452200.5, 2478650.25)], 4547)).toBe('452100.00,2478600.00;452200.50,2478650.25');
    expect(lengthOf([at(452100, 2478600), at(452130, 2478640)], 4547)).toBeCloseTo(50, 6);
  });

  test('through two holes it goes on a little beyond both', () => {
    const line = through([at(452100, 2478600), at(452200, 2478600)]);
    expect(lengthOf(line, 4547)).toBeCloseTo(112, 3);
    expect(through([at(452100, 2478600)])).toHaveLength(1);
  });
});

describe('what a body is made of', () => {
  test('must come to a hundred, or be left open', () => {
    const parts = (...shares: [string, string][]) => shares.map(([code, share]) => ({ code, share }));
    expect([isWhole([]), isWhole(parts(['brick', '60'], ['soil', '40.3'])), isWhole(parts(['brick', '60'])), isWhole(parts(['brick', '50'], ['brick', '50']))]).toEqual([true, true, false, false]);
    expect(sumOf(parts(['brick', '60.05'], ['', '99']))).toBe(60.1);
    expect(sent(partsOf({ brick: '60.0', soil: '40' }))).toEqual({ brick: 60, soil: 40 });
  });
});

describe('the volume', () => {
  test('methods stand in the order of the library, however the server sorts them', () => {
    const sorted = Object.fromEntries(['idw', 'tin', 'kriging', 'other', 'sections', 'thiessen'].map((name, n) => [name, n]));
    expect(inOrder(sorted).map(([name]) => name)).toEqual([...Object.keys(METHODS), 'other']);
  });

  test('the bar ends at a round number above everything', () => {
    const bar = barOf({ low: 100, best: 150, high: 220 }, { idw: 240, tin: 90 });
    expect([bar.most, bar.low, bar.best, bar.high]).toEqual([250, 40, 60, 88]);
    expect(bar.methods).toEqual([{ name: 'tin', at: 36 }, { name: 'idw', at: 96 }]);
    expect([roundUp(0), roundUp(1), roundUp(10_001), roundUp(0.7)].map((value) => Math.round(value * 1000) / 1000)).toEqual([1, 1, 12_500, 0.8]);
  });
});
