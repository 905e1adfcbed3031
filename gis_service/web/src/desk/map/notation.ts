/** The ways a place on the map is written. */
import { degreeText, dmsText, planeText, toPlane } from '../../shared/crs';
import { t } from '../../shared/i18n';
import { session } from '../state/session';

export type Notation = 'plane' | 'belt' | 'degrees' | 'dms';

const metric = (): number => session.config!.metric_srid;
/** The same belt with its number before the easting (4547 → 4526). */
const BELT = 21;
const prefixed = (): number => (metric() < 4534 ? metric() : metric() - BELT);

export const NOTATIONS: { id: Notation; name: () => string }[] = [
  { id: 'plane', name: () => t('CGCS2000 平面 EPSG:{srid}', { srid: metric() }) },
  { id: 'belt', name: () => t('CGCS2000 平面带号 EPSG:{srid}', { srid: prefixed() }) },
  { id: 'degrees', name: () => t('经纬度（度）') },
  { id: 'dms', name: () => t('经纬度（度分秒）') },
];

export function written(notation: Notation, place: [number, number]): string {
  if (notation === 'degrees') return degreeText(place);
  if (notation === 'dms') return dmsText(place);
  return planeText(toPlane(place, notation === 'belt' ? prefixed() : metric()));
}

const KEPT = 'gis.map.notation';
export const readNotation = (): Notation => NOTATIONS.find(({ id }) => id === localStorage.getItem(KEPT))?.id ?? 'plane';
export const keepNotation = (notation: Notation): void => localStorage.setItem(KEPT, notation);
