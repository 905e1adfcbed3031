/** The fields in which many parcels may be alike, and what a draft of them asks the server to change. */
import { t } from '../../shared/i18n';
import { columnsOf, type Draft } from '../parcels/draft';
import { type Field, fieldLabel, fieldOf, FIELDS, fieldText } from '../parcels/fields';
import { session } from '../state/session';
import type { Changes } from './calls';

const NAMES = new Set([
  'supply_status', 'use_status', 'fence_status', 'survey_status', 'disposal_status', 'handover_status', 'risk_level', 'ownership', 'right_holder',
  'managing_unit', 'custodian_unit', 'source_type', 'acquired_on', 'current_class', 'planned_class', 'is_undeveloped', 'planned_supply_mode',
  'planned_supply_year', 'soil_survey_status', 'geom_source', 'is_published',
]);

export const REMARK: Field = { name: 'remark_append', label: '备注后加一句', group: '数据', kind: 'long', must: true };

export const BULK_FIELDS: Field[] = [...FIELDS.filter((field) => NAMES.has(field.name)), REMARK];

const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length);

/** What the chosen fields ask for; a field that may not be empty asks for nothing until it is filled. */
export function changesFrom(fields: Field[], draft: Draft): Changes {
  const changes: Changes = {};
  for (const field of fields) {
    const columns = columnsOf(field);
    const values = columns.map((column) => draft[column] ?? null);
    const half = values.some(isEmpty) && !values.every(isEmpty);
    if (half || (field.must && isEmpty(values[0]))) continue;
    columns.forEach((column, at) => (changes[column] = values[at]));
  }
  return changes;
}

/** Whether a chosen field empties what the parcels say. */
export const empties = (field: Field, draft: Draft): boolean => !field.must && columnsOf(field).every((column) => isEmpty(draft[column]));

export const labelOf = (column: string): string => (column === REMARK.name ? t(REMARK.label) : fieldLabel(column));

/** A value as people read it; a unit may be given by its id alone. */
export function valueText(column: string, value: unknown): string {
  if (column.endsWith('_unit_id') && typeof value === 'number') return session.units.find(({ id }) => id === value)?.name ?? String(value);
  return fieldText(fieldOf(column), value);
}
