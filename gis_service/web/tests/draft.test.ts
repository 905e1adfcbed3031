import { beforeAll, expect, test, vi } from 'vitest';

import type { Parcel } from '../src/shared/types';

vi.mock('../src/desk/state/session', () => ({ word: (_: string, value: string) => value, session: { units: [] } }));

let draft: typeof import('../src/desk/parcels/draft');
beforeAll(async () => {
  draft = await import('../src/desk/parcels/draft');
});

const parcel = (facts: Record<string, unknown>): Parcel =>
  ({ id: 1, parcel_no: 'BW-1', parcel_name: '甲', right_holder: { id: 3, name: '储备中心' }, custodian_unit: {}, fence_status: 'none', risk_level: 'low', remark: null, use_status: ['idle'], ...facts }) as unknown as Parcel;

test('an untouched form sends nothing', () => {
  const opened = draft.draftOf(parcel({}));
  expect(draft.changesOf(opened, { ...opened })).toEqual({});
});

test('a unit is sent as its id, and an absent one is nothing rather than an empty object', () => {
  const opened = draft.draftOf(parcel({}));
  expect(opened['right_holder_unit_id']).toBe(3);
  expect(opened['custodian_unit_id']).toBeNull();
  expect(draft.changesOf(opened, { ...opened, custodian_unit_id: 5 })).toEqual({ custodian_unit_id: 5 });
});

test('an emptied text is sent as nothing', () => {
  const opened = draft.draftOf(parcel({ remark: '旧' }));
  expect(draft.changesOf(opened, { ...opened, remark: null })).toEqual({ remark: null });
});

test('where two people changed the same field it is said so, where only the other did it is his', () => {
  const opened = draft.draftOf(parcel({}));
  const mine = { ...opened, fence_status: 'full' };
  const theirs = draft.draftOf(parcel({ fence_status: 'damaged', remark: '东侧缺口' }));
  const found = draft.clashes(opened, mine, theirs);
  expect(found.map(({ field, both }) => [field.name, both])).toEqual([['fence_status', true], ['remark', false]]);
});

test('the meeting of two edits keeps what was chosen from mine and all else from theirs', () => {
  const opened = draft.draftOf(parcel({}));
  const mine = { ...opened, fence_status: 'full', risk_level: 'high' };
  const theirs = draft.draftOf(parcel({ fence_status: 'damaged', remark: '东侧缺口' }));
  const result = draft.merged(theirs, mine, new Set(['risk_level']));
  expect(result).toMatchObject({ fence_status: 'damaged', risk_level: 'high', remark: '东侧缺口' });
});

test('typed numbers may carry thousands separators; nonsense is not a number', () => {
  expect(draft.typedNumber('12,044.50')).toBe(12044.5);
  expect(draft.typedNumber('')).toBeNull();
  expect(draft.typedNumber('约三亩')).toBeNaN();
});
