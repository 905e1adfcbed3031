/** CGCS2000 plane coordinates, by the zone formulas of the Gauss–Krüger projection. Pure, no registry needed. */
import proj4 from 'proj4/lib/core.js';
import Proj from 'proj4/lib/Proj.js';
import etmerc from 'proj4/lib/projections/etmerc.js';

Proj.projections.add(etmerc);

/** The proj4 text of a CGCS2000 3° belt: EPSG 4513–4533 carry the zone number before the easting, 4534–4554 do not. */
export function definition(srid: number): string {
  if (srid < 4513 || srid > 4554) throw new RangeError(`EPSG:${srid} is not a CGCS2000 3° belt`);
  const prefixed = srid < 4534;
  const zone = srid - (prefixed ? 4513 : 4534) + 25;
  const falseEasting = 500000 + (prefixed ? zone * 1000000 : 0);
  return `+proj=tmerc +lat_0=0 +lon_0=${zone * 3} +k=1 +x_0=${falseEasting} +y_0=0 +ellps=GRS80 +units=m +no_defs`;
}

export interface Plane {
  northing: number;
  easting: number;
}

/** Degrees (CGCS2000, taken as WGS 84) → metres on the plane of `srid`. */
export function toPlane([lon, lat]: [number, number], srid: number): Plane {
  const [easting, northing] = proj4('EPSG:4326', definition(srid), [lon, lat]);
  return { easting: easting!, northing: northing! };
}

/** Metres on the plane of `srid` → degrees. */
export const toDegrees = ({ easting, northing }: Plane, srid: number): [number, number] =>
  proj4(definition(srid), 'EPSG:4326', [easting, northing]) as [number, number];

/** As people write it: X is north, Y is east. */
export const planeText = ({ northing, easting }: Plane): string => `X ${northing.toFixed(2)}  Y ${easting.toFixed(2)}`;

export const degreeText = ([lon, lat]: [number, number]): string => `${lon.toFixed(6)}°E  ${lat.toFixed(6)}°N`;

/** One coordinate in degrees, minutes and seconds, rounded once so that no second is 60. */
function sexagesimal(degrees: number, positive: string, negative: string): string {
  const all = Math.round(Math.abs(degrees) * 3600 * 1000);
  const [d, m, s] = [Math.floor(all / 3_600_000), Math.floor(all / 60_000) % 60, (all % 60_000) / 1000];
  return `${d}°${String(m).padStart(2, '0')}′${s.toFixed(3).padStart(6, '0')}″${degrees < 0 ? negative : positive}`;
}

export const dmsText = ([lon, lat]: [number, number]): string => `${sexagesimal(lon, 'E', 'W')}  ${sexagesimal(lat, 'N', 'S')}`;
