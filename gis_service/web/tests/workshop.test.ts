import { expect, test } from 'vitest';

import { fieldName, isDrawable, layerOf, looksOf, matrixValues, movedValue, readDash, same, sameTiles, withLook, writeDash } from '../src/desk/layers/workshop/draft';
import type { Content, Workshop } from '../src/desk/layers/workshop/types';
import type { MapLayer } from '../src/shared/types';

const CONTENT: Content = {
  title: '围蔽', title_en: 'Fences', group: '地块', group_en: 'Parcels', order: 1, minzoom: 9, maxzoom: 16, visible: false, description: '说', description_en: 'Said',
  style: { kind: 'categories', property: 'fence_status', categories: [{ value: 'full', fill: '#2E9E5B' }, { value: 'none', fill: '#D93025', hatch: 'cross' }], default: { fill: '#9AA0A6' } },
};
const WORKSHOP = { geometry: 'polygon', values: [{ value: 'full', zh: '已全围蔽', en: 'Full' }, { value: 'none', zh: '未围蔽', en: 'None' }] } as unknown as Workshop;
const LAYER = { id: 'parcel-fence', tiles: '/t', minzoom: 9, maxzoom: 16, geometry: 'polygon', legend: [] } as unknown as MapLayer;
const zh = (chinese: string): string => chinese;

test('a look is changed alone, and what is emptied is no longer said', () => {
  const red = withLook(CONTENT, 0, { fill: '#FF0000', hatch: 'dots' });
  expect(red.style.categories![0]).toEqual({ value: 'full', fill: '#FF0000', hatch: 'dots' });
  expect(red.style.categories![1]).toBe(CONTENT.style.categories![1]);
  expect(CONTENT.style.categories![0]!.fill).toBe('#2E9E5B');
  expect(withLook(red, 0, { hatch: undefined }).style.categories![0]).toEqual({ value: 'full', fill: '#FF0000' });
  expect(withLook(CONTENT, 'default', { stroke: '#000000' }).style.default).toEqual({ fill: '#9AA0A6', stroke: '#000000' });
});

test('the map and the legend show the draft, with the words of the values', () => {
  const drawn = layerOf(LAYER, withLook(CONTENT, 1, { fill: '#000000' }), WORKSHOP);
  expect(drawn.legend.map(({ label_zh, fill }) => [label_zh, fill])).toEqual([['已全围蔽', '#2E9E5B'], ['未围蔽', '#000000']]);
  expect([drawn.id, drawn.tiles, drawn.words]).toEqual(['parcel-fence', '/t', '说']);
  const single = layerOf(LAYER, { ...CONTENT, style: { kind: 'single', default: { fill: '#111111' } } }, WORKSHOP);
  expect(single.legend.map(({ label_zh, fill }) => [label_zh, fill])).toEqual([['围蔽', '#111111']]);
});

test('values move within their list and no further', () => {
  expect(movedValue(CONTENT, 0, 1).style.categories!.map(({ value }) => value)).toEqual(['none', 'full']);
  expect(movedValue(CONTENT, 0, -1)).toBe(CONTENT);
  expect(looksOf(CONTENT).map(([at]) => at)).toEqual([0, 1, 'default']);
});

test('only another range of zooms needs other tiles', () => {
  const recoloured = layerOf(LAYER, withLook(CONTENT, 0, { fill: '#000000' }), WORKSHOP);
  expect(sameTiles(LAYER, recoloured)).toBe(true);
  expect(sameTiles(LAYER, layerOf(LAYER, { ...CONTENT, minzoom: 12 }, WORKSHOP))).toBe(false);
});

test('a colour half typed in is not drawn', () => {
  expect(isDrawable(CONTENT)).toBe(true);
  expect(isDrawable(withLook(CONTENT, 0, { fill: '#12' }))).toBe(false);
  expect(isDrawable(withLook(CONTENT, 0, { stroke: 'url(x)' }))).toBe(false);
  expect(isDrawable({ ...CONTENT, minzoom: 17 })).toBe(false);
});

test('nothing said is the same as said to be nothing', () => {
  expect(same({ a: 1, b: null, c: [{ d: undefined, e: 2 }] }, { c: [{ e: 2 }], a: 1 })).toBe(true);
  expect(same({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
});

test('dashes are read as they are written', () => {
  expect(readDash('4 2')).toEqual([4, 2]);
  expect(readDash('4，2')).toEqual([4, 2]);
  expect([readDash(''), readDash('x'), readDash('-1 2'), readDash('0')]).toEqual([undefined, undefined, undefined, undefined]);
  expect(writeDash(readDash('8 4 2 4'))).toBe('8 4 2 4');
});

test('a matrix of light becomes the values of a filter: five columns, alpha as it was', () => {
  expect(matrixValues([[1, 0, 0], [0, 1, 0], [0, 0, 1]])).toBe('1 0 0 0 0 0 1 0 0 0 0 0 1 0 0 0 0 0 1 0');
});

test('faults are told at the field they are in', () => {
  const said = (field: string): string => fieldName(field, CONTENT, WORKSHOP, zh);
  expect(said('title')).toBe('图层名称');
  expect(said('style.categories.1.fill')).toBe('未围蔽 · 颜色');
  expect(said('style.default.dash')).toBe('其他 · 虚线');
  expect(said('style.categories')).toBe('分类');
  expect(said('style.categories.9.fill')).toBe('style.categories.9.fill');
  expect(said('style.label.minzoom')).toBe('标注起始级别');
  expect(said('nonsense')).toBe('nonsense');
});
