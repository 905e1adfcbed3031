import { expect, test } from 'vitest';

import { csvCell, csvText } from '../src/shared/csv';

test('a text that a spreadsheet would run gets an apostrophe', () => {
  for (const risky of ['=1+1', '+86', '-cmd', '@SUM(A1)', '\tx']) expect(csvCell(risky).replace(/^"/, '')).toMatch(/^'/);
});

test('an apostrophe that stands there already gets another, so that one can be taken away', () => {
  expect(csvCell("'=1")).toBe("''=1");
  expect(csvCell("'甲'")).toBe("'甲'");
});

test('numbers stay numbers, also negative ones', () => {
  expect(csvCell(-12.5)).toBe('-12.5');
  expect(csvCell(Number.NaN)).toBe('');
});

test('commas, quotes and line breaks are quoted', () => {
  expect(csvCell('东至路,"南"至\n河')).toBe('"东至路,""南""至\n河"');
});

test('the file begins with a byte-order mark and ends its lines as Excel does', () => {
  expect(csvText([['编号', '面积'], ['BW-1', 2]])).toBe('\uFEFF编号,面积\r\nBW-1,2\r\n');
});
