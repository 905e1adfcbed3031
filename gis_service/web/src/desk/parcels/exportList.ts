/** Exactly what the list shows, as a CSV that Excel opens. */
import { type Cell, csvText, download } from '../../shared/csv';
import { t } from '../../shared/i18n';
import { today } from '../../shared/format';
import type { ParcelRow } from '../../shared/types';
import { asOf } from '../state/place';
import { session } from '../state/session';
import { cellText, type Column } from './columns';

function exported(column: Column, row: ParcelRow): Cell {
  const value = column.value(row);
  if (value === null) return '';
  if (typeof value === 'number') return Number(value.toFixed(column.places ?? 2));
  return cellText(column, row);
}

export const listCsv = (columns: Column[], rows: ParcelRow[]): string =>
  csvText([columns.map((column) => t(column.label)), ...rows.map((row) => columns.map((column) => exported(column, row)))]);

export function exportList(columns: Column[], rows: ParcelRow[]): void {
  const marks = [t('地块'), asOf.value ?? today(), session.config?.sample_data ? t('示例数据') : ''].filter(Boolean);
  download(`${marks.join('_')}.csv`, listCsv(columns, rows));
}
