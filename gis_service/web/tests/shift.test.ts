import { expect, test } from 'vitest';

import { fromGcj02, toGcj02 } from '../src/shared/shift';
import { metres } from '../src/field/track/distance';

type Pair = [place: string, true_: [number, number], shifted: [number, number]];

/** The points of the handbook (§3.3), which `tests/geo` holds the server to. */
const KNOWN: Pair[] = [
  ['北围', [113.537, 22.4025], [113.542136, 22.399528]],
  ['后环', [113.6, 22.378], [113.605026, 22.374952]],
];

test.each(KNOWN)('%s is drawn where shifted maps draw it', (_place, place, shifted) => {
  expect(metres(toGcj02(place), shifted)).toBeLessThan(0.2);
});

test.each(KNOWN)('a shifted picture of %s comes back to within two metres', (_place, place, shifted) => {
  expect(metres(fromGcj02(shifted), place)).toBeLessThan(0.2);
});

test('there and back is the same place, all over the district', () => {
  for (let lon = 113.45; lon <= 113.72; lon += 0.01) {
    for (let lat = 22.28; lat <= 22.48; lat += 0.01) expect(metres(fromGcj02(toGcj02([lon, lat])), [lon, lat])).toBeLessThan(0.001);
  }
});

test('outside the mainland nothing is shifted', () => {
  expect(toGcj02([151.2, -33.9])).toEqual([151.2, -33.9]);
});
