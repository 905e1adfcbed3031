/** Lengths and areas on the CGCS2000 ellipsoid, from degrees. Pure.
 *
 * Lengths: the geodesic by Vincenty's inverse formula (below a millimetre). Areas: vertices are moved to the authalic sphere, on which areas
 * are those of the ellipsoid, and the spherical excess is summed edge by edge (great circles instead of geodesics: below 1 in 10 million
 * for edges of some kilometres).
 */
export type Degrees = [lon: number, lat: number];

const A = 6378137;
const F = 1 / 298.257222101;
const B = A * (1 - F);
const E = Math.sqrt(F * (2 - F));
const ROUNDS = 200;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The shortest way between two places on the ellipsoid, in metres. */
export function distance([lon1, lat1]: Degrees, [lon2, lat2]: Degrees): number {
  const { sin, cos, atan, atan2, sqrt, tan, abs } = Math;
  const [u1, u2] = [atan((1 - F) * tan(radians(lat1))), atan((1 - F) * tan(radians(lat2)))];
  const apart = radians(lon2 - lon1);
  let lambda = apart;
  for (let round = 0; round < ROUNDS; round += 1) {
    const sinSigma = sqrt((cos(u2) * sin(lambda)) ** 2 + (cos(u1) * sin(u2) - sin(u1) * cos(u2) * cos(lambda)) ** 2);
    if (sinSigma === 0) return 0;
    const cosSigma = sin(u1) * sin(u2) + cos(u1) * cos(u2) * cos(lambda);
    const sigma = atan2(sinSigma, cosSigma);
    const sinAlpha = (cos(u1) * cos(u2) * sin(lambda)) / sinSigma;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const cos2M = cos2Alpha === 0 ? 0 : cosSigma - (2 * sin(u1) * sin(u2)) / cos2Alpha;
    const c = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
    const next = apart + (1 - c) * F * sinAlpha * (sigma + c * sinSigma * (cos2M + c * cosSigma * (2 * cos2M ** 2 - 1)));
    if (abs(next - lambda) > 1e-13) {
      lambda = next;
      continue;
    }
    const k = (cos2Alpha * (A ** 2 - B ** 2)) / B ** 2;
    const a = 1 + (k / 16384) * (4096 + k * (-768 + k * (320 - 175 * k)));
    const b = (k / 1024) * (256 + k * (-128 + k * (74 - 47 * k)));
    const correction = b * sinSigma * (cos2M + (b / 4) * (cosSigma * (2 * cos2M ** 2 - 1) - (b / 6) * cos2M * (4 * sinSigma ** 2 - 3) * (4 * cos2M ** 2 - 3)));
    return B * a * (sigma - correction);
  }
  return Number.NaN; // nearly opposite places: nobody measures those here
}

/** The length of a line of several places, in metres. */
export const lengthOf = (places: readonly Degrees[]): number => places.slice(1).reduce((sum, place, at) => sum + distance(places[at]!, place), 0);

const authalic = (sinLat: number): number => (1 - E ** 2) * (sinLat / (1 - (E * sinLat) ** 2) + Math.atanh(E * sinLat) / E);
const POLE = authalic(1);
/** The square of the radius of the sphere that has the ellipsoid's area. */
const R2 = (A ** 2 * POLE) / 2;

/** The area that a ring of places encloses, in square metres; the ring need not be closed. A ring that crosses itself has none that means anything. */
export function areaOf(ring: readonly Degrees[]): number {
  if (ring.length < 3) return 0;
  const half = ring.map(([, lat]) => Math.tan(Math.asin(Math.max(-1, Math.min(1, authalic(Math.sin(radians(lat))) / POLE))) / 2));
  let excess = 0;
  ring.forEach(([lon], at) => {
    const next = (at + 1) % ring.length;
    excess += 2 * Math.atan2(Math.tan(radians(ring[next]![0] - lon) / 2) * (half[at]! + half[next]!), 1 + half[at]! * half[next]!);
  });
  return Math.abs(excess) * R2;
}
