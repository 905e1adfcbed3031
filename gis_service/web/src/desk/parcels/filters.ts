/** Filters of the list: kept in the address bar, applied in the browser. Pure. */
import type { ParcelRow } from '../../shared/types';
import type { Column } from './columns';

export type Filter =
  | { kind: 'set'; values: string[] }
  | { kind: 'range'; min?: number; max?: number }
  | { kind: 'text'; text: string };

export type Filters = Record<string, Filter>;

export interface Sort {
  column: string;
  down: boolean;
}

/** A value that is absent is called this in a set filter. */
export const NOTHING = '-';

const escape = (value: string): string => value.replaceAll('%', '%25').replaceAll(',', '%2C');
const unescape = (value: string): string => value.replaceAll('%2C', ',').replaceAll('%25', '%');

export function writeFilter(filter: Filter): string {
  if (filter.kind === 'set') return filter.values.map(escape).join(',');
  if (filter.kind === 'text') return filter.text;
  return filter.min === undefined && filter.max === undefined ? '' : `${filter.min ?? ''}..${filter.max ?? ''}`;
}

export function readFilter(column: Pick<Column, 'kind'>, text: string): Filter | null {
  if (!text) return null;
  if (column.kind === 'set') return { kind: 'set', values: text.split(',').map(unescape) };
  if (column.kind !== 'number') return { kind: 'text', text };
  const [min = '', max = ''] = text.split('..');
  const limit = (part: string): number | undefined => (part === '' || Number.isNaN(Number(part)) ? undefined : Number(part));
  return { kind: 'range', min: limit(min), max: limit(max) };
}

/** The filters an address holds; settings that are not columns are left alone. */
export function readFilters(columns: Column[], query: Record<string, string>): Filters {
  const found: Filters = {};
  for (const column of columns) {
    const filter = readFilter(column, query[column.id] ?? '');
    if (filter) found[column.id] = filter;
  }
  return found;
}

const valuesOf = (column: Column, row: ParcelRow): string[] => {
  if (column.values) return column.values(row);
  const value = column.value(row);
  return [value === null || value === '' ? NOTHING : String(value)];
};

export function passes(column: Column, filter: Filter, row: ParcelRow): boolean {
  if (filter.kind === 'set') return valuesOf(column, row).some((value) => filter.values.includes(value));
  const value = column.value(row);
  if (filter.kind === 'text') return String(value ?? '').toLowerCase().includes(filter.text.toLowerCase());
  if (typeof value !== 'number') return false;
  return value >= (filter.min ?? -Infinity) && value <= (filter.max ?? Infinity);
}

/** Whether every word of the search is somewhere in the number, name, place or units of the parcel. */
export function found(search: string, row: ParcelRow): boolean {
  const text = [row.parcel_no, row.parcel_name, row.area_name, row.location_text, row.right_holder, row.managing_unit, row.custodian_unit]
    .join('\n')
    .toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** `matched` holds further parcels that the search leads to, as the server found them. */
export function filterRows(rows: ParcelRow[], columns: Column[], filters: Filters, search: string, matched: ReadonlySet<number> | null = null): ParcelRow[] {
  const active = columns.flatMap((column) => (filters[column.id] ? [[column, filters[column.id]!] as const] : []));
  const wanted = search.trim();
  return rows.filter(
    (row) => active.every(([column, filter]) => passes(column, filter, row)) && (!wanted || found(wanted, row) || !!matched?.has(row.id)),
  );
}

const COLLATOR = new Intl.Collator('zh-CN', { numeric: true });

/** The place of each distinct text in the language's order: few texts are compared, not every pair of rows. */
function ranks(texts: Iterable<string>): Map<string, number> {
  return new Map([...new Set(texts)].sort(COLLATOR.compare).map((text, rank) => [text, rank]));
}

/** A sorted copy; what is absent comes last, whichever way round. */
export function sortRows(rows: ParcelRow[], column: Column | undefined, down: boolean): ParcelRow[] {
  if (!column) return rows;
  const sign = down ? -1 : 1;
  const values = rows.map((row) => column.value(row));
  const order = ranks(values.filter((value) => typeof value === 'string'));
  const keys = values.map((value) => (typeof value === 'string' ? order.get(value)! : value));
  const positions = rows.map((_, at) => at).sort((a, b) => {
    const [x, y] = [keys[a] ?? null, keys[b] ?? null];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x - y);
  });
  return positions.map((at) => rows[at]!);
}

export const readSort = (text: string | undefined): Sort =>
  text ? { column: text.replace(/^-/, ''), down: text.startsWith('-') } : { column: 'parcel_no', down: false };

export const writeSort = ({ column, down }: Sort): string => (column === 'parcel_no' && !down ? '' : (down ? '-' : '') + column);

/** How many rows hold each value of a column, most frequent first: the choices of a set filter. */
export function choices(rows: ParcelRow[], column: Column): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const row of rows) for (const value of valuesOf(column, row)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}
