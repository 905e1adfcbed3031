import { expect, test } from 'vitest';

import { areaOf, type Degrees, distance, lengthOf } from '../src/desk/map/geodesy';
import { firstZoom, readShown, scaleAt, usualLayers, writeShown } from '../src/desk/map/shownLayers';
import { areaTexts, lengthText, roundLength } from '../src/desk/map/units';
import { dmsText } from '../src/shared/crs';
import type { MapLayer } from '../src/shared/types';

// computed with pyproj's Geod(a=6378137, rf=298.257222101)
const [NEAR, SHORT, FAR] = [4536.744355955367, 102.97741896469263, 1959617.0984240847];
const PARCEL: Degrees[] = [[113.52, 22.39], [113.521, 22.39], [113.521, 22.391], [113.52, 22.391]];
const TOWN: Degrees[] = [[113.5, 22.36], [113.56, 22.37], [113.57, 22.42], [113.51, 22.4]];
const [PARCEL_M2, TOWN_M2] = [11403.223399877548, 29078926.776151657];

test('lengths are geodesics of CGCS2000 to the millimetre', () => {
  expect(distance([113.52, 22.39], [113.55, 22.36])).toBeCloseTo(NEAR, 3);
  expect(distance([113.52, 22.39], [113.521, 22.39])).toBeCloseTo(SHORT, 3);
  expect(distance([113.5, 22.4], [116.4, 39.9])).toBeCloseTo(FAR, 3);
  expect(distance([113.5, 22.4], [113.5, 22.4])).toBe(0);
  expect(lengthOf([])).toBe(0);
});

test('areas are those of the ellipsoid to 1 in 10 million, whichever way round they are drawn', () => {
  expect(areaOf(PARCEL) / PARCEL_M2 - 1).toBeCloseTo(0, 7);
  expect(areaOf(TOWN) / TOWN_M2 - 1).toBeCloseTo(0, 7);
  expect(areaOf([...TOWN].reverse())).toBeCloseTo(areaOf(TOWN), 3);
  expect(areaOf([...TOWN, TOWN[0]!])).toBeCloseTo(areaOf(TOWN), 3);
  expect(areaOf(TOWN.slice(0, 2))).toBe(0);
});

test('figures carry their units: metres and kilometres, square metres, mu and hectares', () => {
  expect([lengthText(0), lengthText(999.94), lengthText(1234.5678)]).toEqual(['0.0 m', '999.9 m', '1.235 km']);
  expect(areaTexts(90_000)).toEqual({ m2: '90,000', mu: '135.00', hectares: '9.0000' });
  expect([roundLength(99), roundLength(200), roundLength(7300)]).toEqual([50, 200, 5000]);
});

test('degrees, minutes and seconds are rounded once', () => {
  expect(dmsText([113.55, 22.36])).toBe('113°33′00.000″E  22°21′36.000″N');
  expect(dmsText([-0.99999999999, 22.5])).toBe('1°00′00.000″W  22°30′00.000″N');
});

const layer = (id: string, more: Partial<MapLayer> = {}): MapLayer => ({ id, geometry: 'polygon', visible: false, minzoom: 0, ...more }) as MapLayer;
const LAYERS = [layer('area', { visible: true }), layer('ground', { visible: true }), layer('risk'), layer('sign', { geometry: 'point', minzoom: 12 })];

test('what is usual is not written; what is not, is, and comes back', () => {
  const usual = usualLayers(LAYERS);
  expect(writeShown(usual, LAYERS)).toBeUndefined();
  expect([...readShown(undefined, LAYERS)]).toEqual([...usual]);
  expect(usual.get('area')).toEqual({ opacity: 100, over: false });
  for (const text of ['area.60,ground,risk', 'area,risk.under,sign.30', 'none', 'area.over,risk.50.under', 'ground,parcels.0'])
    expect(writeShown(readShown(text, LAYERS), LAYERS)).toBe(text);
});

test('an address that says nonsense is read for what it can mean', () => {
  const read = readShown('risk.0.5000.sideways,nothing,,sign.under.7,area.abc', LAYERS);
  expect(Object.fromEntries(read)).toEqual({ risk: { opacity: 100, over: true }, sign: { opacity: 100, over: true }, area: { opacity: 100, over: false } });
});

test('a layer tells from which scale on it is drawn', () => {
  expect([firstZoom(LAYERS[3]!), firstZoom(LAYERS[0]!)]).toEqual([11, 0]);
  expect(scaleAt(11, 22.4)).toBe(250000);
});
