/** An edit in the making: what the form holds, what of it is new, and what two people changed at once. Pure. */
import type { Parcel } from '../../shared/types';
import { type Field, FIELDS } from './fields';

export type Draft = Record<string, unknown>;

/** The columns a field writes: a land class is two, everything else is one. */
export const columnsOf = (field: Field): string[] =>
  field.kind === 'class' ? [`${field.name}_system`, `${field.name}_code`] : [field.writes ?? field.name];

export const EDITABLE: Field[] = FIELDS.filter((field) => !field.fixed);

/** The registered area is edited too, though the detail shows it in a table of its own. */
export const AREA_FIELD: Field = { name: 'area_registered_m2', label: '登记面积', group: '身份与位置', kind: 'number', places: 2, unit: '㎡' };

export const EDIT_FIELDS: Field[] = [...EDITABLE.slice(0, 2), AREA_FIELD, ...EDITABLE.slice(2)];

const stored = (parcel: Parcel, field: Field, column: string): unknown => {
  const value = field.kind === 'unit' ? (parcel[field.name] as { id?: number } | null)?.id : parcel[column];
  return value === undefined || value === '' ? null : value;
};

export function draftOf(parcel: Parcel): Draft {
  const draft: Draft = {};
  for (const field of EDIT_FIELDS) for (const column of columnsOf(field)) draft[column] = stored(parcel, field, column);
  return draft;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** What differs from what was opened; only this is sent. */
export function changesOf(opened: Draft, draft: Draft): Draft {
  return Object.fromEntries(Object.entries(draft).filter(([column, value]) => !same(value, opened[column])));
}

export interface Clash {
  field: Field;
  columns: string[];
  /** Whether the other person changed the very same thing. */
  both: boolean;
}

/** Which fields differ between mine and theirs, given what both started from. */
export function clashes(opened: Draft, mine: Draft, theirs: Draft): Clash[] {
  return EDIT_FIELDS.flatMap((field) => {
    const columns = columnsOf(field);
    const differs = (a: Draft, b: Draft): boolean => columns.some((column) => !same(a[column], b[column]));
    if (!differs(mine, theirs)) return [];
    return [{ field, columns, both: differs(opened, mine) && differs(opened, theirs) }];
  });
}

/** What to hold after the meeting of two edits: mine where I changed something and want it kept, theirs elsewhere. */
export function merged(theirs: Draft, mine: Draft, keepMine: Set<string>): Draft {
  return Object.fromEntries(Object.entries(theirs).map(([column, value]) => [column, keepMine.has(column) ? mine[column] : value]));
}

/** A typed number: empty is nothing, nonsense is NaN. */
export const typedNumber = (text: string): number | null => (text.trim() === '' ? null : Number(text.replaceAll(',', '')));
