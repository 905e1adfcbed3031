import { expect, test } from 'vitest';

import { readAddress, readView, writeAddress, writeView } from '../src/desk/state/address';

test('an address is read back as it was written', () => {
  const address = { place: 'parcels' as const, chosen: '12', query: { fence_status: 'full,none', q: '北围 新沙', as_of: '2026-10-31' } };
  const [path = '', search = ''] = writeAddress(address).split('?');
  expect(readAddress(path, `?${search}`)).toEqual(address);
});

test('commas stay readable for people who look at addresses', () => {
  expect(writeAddress({ place: 'parcels', chosen: null, query: { fence_status: 'full,none' } })).toBe('/desk/parcels?fence_status=full,none');
});

test('an unknown place is the list of parcels', () => {
  expect(readAddress('/desk/', '')).toMatchObject({ place: 'parcels', chosen: null });
  expect(readAddress('/desk/nowhere/3', '').place).toBe('parcels');
});

test('a view of the map needs three numbers', () => {
  expect(readView('113.537,22.402,14.5')).toEqual({ lon: 113.537, lat: 22.402, zoom: 14.5 });
  expect(readView('113.537,22.402')).toBeNull();
  expect(readView('a,b,c')).toBeNull();
  expect(readView(undefined)).toBeNull();
  expect(writeView({ lon: 113.5, lat: 22.4, zoom: 14 })).toBe('113.50000,22.40000,14.00');
});
