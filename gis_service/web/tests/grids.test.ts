import { get as projection, transform } from 'ol/proj';
import { expect, test } from 'vitest';

import { cutOf } from '../src/shared/grids';

const source = { gcj02: false, min: 1, max: 18 };

test('a tile of the grids in degrees is where the server says', () => {
  // gis_service.geo.tilegrids: CGCS2000_QUAD.bounds(14, 13359, 3171), CRS84_QUAD.bounds(13, 13359, 3171)
  const [west, south, east, north] = [113.53271484375, 20.302734375, 113.5546875, 20.32470703125];
  for (const [grid, level] of [['CGCS2000Quad', 14], ['WorldCRS84Quad', 13]] as const) {
    const extent = cutOf({ ...source, grid, max: 17 }).tileGrid!.getTileCoordExtent([level, 13359, 3171]);
    [west, south, east, north].forEach((edge, at) => expect(extent[at]).toBeCloseTo(edge, 9));
  }
});

test('no level is asked for that the source has not', () => {
  const grid = cutOf({ ...source, grid: 'CGCS2000Quad', min: 5, max: 16 }).tileGrid!;
  expect([grid.getMinZoom(), grid.getMaxZoom()]).toEqual([5, 16]);
  expect(cutOf({ ...source, grid: undefined })).toEqual({ projection: 'EPSG:3857', minZoom: 1, maxZoom: 18 });
});

test('shifted degrees are drawn at their true place', () => {
  const { projection: code } = cutOf({ ...source, grid: 'CGCS2000Quad', gcj02: true });
  expect(projection(code)!.getUnits()).toBe('degrees');
  const [lon, lat] = transform(transform([113.542136, 22.399528], code!, 'EPSG:3857'), 'EPSG:3857', 'EPSG:4326'); // 北围, handbook §3.3
  expect(lon).toBeCloseTo(113.537, 5);
  expect(lat).toBeCloseTo(22.4025, 5);
});
