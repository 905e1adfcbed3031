/** The columns of the list of parcels: what each shows, sorts by and exports. */
import { areaDifference, areaM2, areaMu, dateTime, signed, toMu } from '../../shared/format';
import { listed, t } from '../../shared/i18n';
import type { ParcelRow } from '../../shared/types';
import { word } from '../state/session';

export type ColumnKind = 'code' | 'text' | 'set' | 'number';

export interface Column {
  id: string;
  label: string;
  kind: ColumnKind;
  width: number;
  /** The plain value: for sorting, filtering and export. */
  value: (row: ParcelRow) => string | number | null;
  /** What is written in the cell, when that is not the value. */
  text?: (row: ParcelRow) => string;
  /** All values of a cell that holds several. */
  values?: (row: ParcelRow) => string[];
  /** The list of words its values come from. */
  words?: string;
  /** Decimal places in the export. */
  places?: number;
  shown?: boolean;
}

const status = (id: keyof ParcelRow & string, label: string, shown = false): Column => ({
  id, label, kind: 'set', width: 136, words: id, shown,
  value: (row) => row[id] as string | null,
});

const name = (id: keyof ParcelRow & string, label: string, width: number): Column => ({
  id, label, kind: 'set', width, value: (row) => row[id] as string | null,
});

const share = (row: ParcelRow): number | null =>
  areaDifference(row.area_registered_m2, row.area_computed_m2)?.percent ?? null;

export const COLUMNS: Column[] = [
  { id: 'parcel_no', label: '地块编号', kind: 'code', width: 104, shown: true, value: (row) => row.parcel_no },
  { id: 'parcel_name', label: '地块名称', kind: 'text', width: 136, shown: true, value: (row) => row.parcel_name },
  { ...name('area_name', '片区', 72), shown: true },
  {
    id: 'area_registered_m2', label: '登记面积 ㎡', kind: 'number', width: 116, places: 2, shown: true,
    value: (row) => row.area_registered_m2, text: (row) => areaM2(row.area_registered_m2),
  },
  {
    id: 'area_mu', label: '登记面积 亩', kind: 'number', width: 96, places: 2,
    value: (row) => (row.area_registered_m2 == null ? null : toMu(row.area_registered_m2)),
    text: (row) => areaMu(row.area_registered_m2),
  },
  {
    id: 'area_computed_m2', label: '计算面积 ㎡', kind: 'number', width: 116, places: 2,
    value: (row) => row.area_computed_m2, text: (row) => areaM2(row.area_computed_m2),
  },
  {
    id: 'area_difference', label: '面积差 %', kind: 'number', width: 88, places: 3, value: share,
    text: (row) => (share(row) === null ? '–' : signed(share(row)!, 2)),
  },
  status('supply_status', '供应情况'),
  {
    ...status('use_status', '使用情况'),
    value: (row) => row.use_status.join(','),
    values: (row) => row.use_status,
  },
  status('fence_status', '围蔽情况'),
  status('survey_status', '摸排情况'),
  status('disposal_status', '处置情况'),
  status('handover_status', '移交情况'),
  { ...status('risk_level', '风险等级'), width: 88 },
  {
    id: 'waste_found', label: '发现固废', kind: 'set', width: 88, words: 'yes_no',
    value: (row) => (row.waste_found == null ? null : row.waste_found ? 'yes' : 'no'),
  },
  { id: 'planned_supply_year', label: '拟供应年度', kind: 'number', width: 96, value: (row) => row.planned_supply_year },
  {
    ...name('planned_class_name', '规划用途', 152),
    text: (row) => (row.planned_class_code ? `${row.planned_class_code} ${row.planned_class_name ?? ''}` : '–'),
  },
  name('right_holder', '权属单位', 168),
  name('managing_unit', '管理单位', 168),
  name('custodian_unit', '管护单位', 168),
  {
    id: 'updated_at', label: '更新时间', kind: 'code', width: 144,
    value: (row) => row.updated_at, text: (row) => dateTime(row.updated_at),
  },
];

export const columnOf = (id: string): Column | undefined => COLUMNS.find((column) => column.id === id);

/** The word of a value as a person reads it. */
export function valueWord(column: Column, value: string): string {
  if (column.words === 'yes_no') return value === 'yes' ? t('是') : t('否');
  return column.words ? word(column.words, value) : value;
}

/** What a cell says. */
export function cellText(column: Column, row: ParcelRow): string {
  if (column.text) return column.text(row);
  if (column.values) return listed(column.values(row).map((value) => valueWord(column, value))) || '–';
  const value = column.value(row);
  return value === null || value === '' ? '–' : valueWord(column, String(value));
}
