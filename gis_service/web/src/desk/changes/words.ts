/** What a change is called, and its fields before and after as a person reads them. */
import { bothAreas } from '../../shared/format';
import { t } from '../../shared/i18n';
import { fieldLabel, fieldOf, fieldText } from '../parcels/fields';
import type { Change, FieldChange, Kind } from './types';

const WORDS: Record<Kind, string> = {
  new: '新增', retired: '出库', entered: '移入您的范围', left: '移出您的范围', outline: '边界变动', changed: '内容变更',
};

export const kindWord = (kind: Kind): string => t(WORDS[kind]);

const record = (fields: FieldChange[], which: 'before' | 'after'): Record<string, unknown> =>
  Object.fromEntries(fields.map((one) => [one.field, one[which]]));

export interface Told {
  field: string;
  label: string;
  before: string;
  after: string;
}

/** Areas are stored in square metres and read in both units. */
const isArea = (field: string): boolean => field.startsWith('area_') && field.endsWith('_m2');

export function valueText(field: string, value: unknown, values: Record<string, unknown> = {}): string {
  return isArea(field) ? bothAreas(value as number | null, t('亩')) : fieldText(fieldOf(field), value, values);
}

/** The fields of a change in words. */
export function told(fields: FieldChange[]): Told[] {
  const [before, after] = [record(fields, 'before'), record(fields, 'after')];
  return fields.map(({ field }) => ({
    field,
    label: fieldLabel(field),
    before: valueText(field, before[field], before),
    after: valueText(field, after[field], after),
  }));
}

/** Names of what changed, the outline first, each once. */
export const changedNames = ({ fields, outline }: { fields: FieldChange[]; outline: boolean }): string[] => [
  ...new Set([...(outline ? [fieldLabel('geometry')] : []), ...fields.map(({ field }) => fieldLabel(field))]),
];

/** Ground gained (or lost) from one day to the other, by the areas computed from the outlines. */
export function gained({ kind, area_computed_m2: { before, after } }: Change): number {
  if (kind === 'retired' || kind === 'left') return -(before ?? 0);
  return (after ?? 0) - (kind === 'new' || kind === 'entered' ? 0 : (before ?? 0));
}
