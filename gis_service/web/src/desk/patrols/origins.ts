/** What is told of the observations something came from (`patrols/findings.py`). */

export interface Origin {
  id: number;
  patrol_id: number;
  seen_at: string;
  by: string;
  severity: 'low' | 'medium' | 'high';
  item: { code: string; zh: string; en: string };
  description: string | null;
  photos: number;
  changes: { field: string; was: unknown; now: unknown; by: string; at: string; reason: string | null }[];
}

const FIELDS: Record<string, string> = {
  parcel_id: '地块',
  item: '检查项',
  item_code: '检查项',
  severity: '严重程度',
  quantity: '数量',
  quantity_unit: '计量单位',
  description: '描述',
  geometry: '位置',
  geom: '位置',
  answers: '检查内容',
  condition: '状况',
  condition_note: '状况说明',
};

export const fieldName = (field: string): string => FIELDS[field] ?? field;

/** A value as a person reads it; what is empty is a dash. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
