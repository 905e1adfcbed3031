/** Lengths on the ground, good to a few per mille over some kilometres: enough for a walk. */

const EARTH_M = 6371008.8;
const RAD = Math.PI / 180;

export type LonLat = readonly [lon: number, lat: number, ...rest: unknown[]];

/** Metres between two places in degrees (great circle on the mean sphere). */
export function metres(a: LonLat, b: LonLat): number {
  const north = Math.sin(((b[1] - a[1]) * RAD) / 2) ** 2;
  const east = Math.sin(((b[0] - a[0]) * RAD) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(Math.min(1, north + Math.cos(a[1] * RAD) * Math.cos(b[1] * RAD) * east)));
}
