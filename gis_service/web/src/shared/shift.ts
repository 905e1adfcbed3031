/** GCJ-02, the shift of internet maps of the mainland, as `gis_service/geo/shift.py` computes it (published algorithm, good to a metre or two).
 *
 * Only a base that says it is shifted is ever moved, and only its picture: what was measured stays where it was measured.
 */

/** The ellipsoid of the algorithm (Krassovsky 1940), and the box outside of which nothing is shifted. */
const A = 6378245.0;
const EE = 0.00669342162296594323;
const [WEST, SOUTH, EAST, NORTH] = [72.004, 0.8293, 137.8347, 55.8271];
const ROUNDS = 12;

type LonLat = [lon: number, lat: number];

/** Degrees as a shifted map draws them, from true degrees. */
export function toGcj02([lon, lat]: LonLat): LonLat {
  if (lon < WEST || lon > EAST || lat < SOUTH || lat > NORTH) return [lon, lat];
  const { sin, sqrt, abs, PI } = Math;
  const [x, y] = [lon - 105, lat - 35];
  const common = ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3;
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + common;
  north += ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3 + ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + common;
  east += ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3 + ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
  const phi = (lat / 180) * PI;
  const magic = 1 - EE * sin(phi) ** 2;
  return [
    lon + (east * 180) / ((A / sqrt(magic)) * Math.cos(phi) * PI),
    lat + (north * 180) / (((A * (1 - EE)) / (magic * sqrt(magic))) * PI),
  ];
}

/** True degrees from shifted ones, by iteration. */
export function fromGcj02([lon, lat]: LonLat): LonLat {
  let [x, y] = [lon, lat];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [there_x, there_y] = toGcj02([x, y]);
    [x, y] = [x - (there_x - lon), y - (there_y - lat)];
  }
  return [x, y];
}
