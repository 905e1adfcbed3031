/** Cells of the 调度表: what is shown, and which columns an officer may write. Pure. */
import type { Column, Line, Note } from './types';

export type Written = 'difficulty' | 'next_step' | 'responsible' | 'due_on';
/** Column of the table → field of a note. */
export const WRITTEN: Record<string, Written> = { difficulty: 'difficulty', next_step: 'next_step', person: 'responsible', due_on: 'due_on' };
const WIDTHS: Record<string, number> = {
  seq: 52, area: 72, parcel_no: 112, parcel_name: 160, area_mu: 88, right_holder: 160, custodian: 160, survey: 88, waste_m3: 152, disposal: 168, handover: 96,
  fence: 88, patrols: 88, problems: 120, unit: 160, person: 120, due_on: 132, difficulty: 260, next_step: 260,
};
export const widthOf = (column: Column): number => WIDTHS[column.name] ?? 120;

const whole = (value: string): string => Math.round(Number(value)).toLocaleString('en-US');

export function shown(line: Line, column: Column): string {
  if (column.form === 'problems') return [line.problems.found, line.problems.corrected, line.problems.late].join('/');
  if (column.form === 'm3') {
    const waste = line.waste_m3;
    return waste ? `${waste.open_ended ? '≥' : ''}${whole(waste.best)} (${whole(waste.low)}–${whole(waste.high)})` : '';
  }
  if (column.form === 'mu') return Number(line.area_mu).toLocaleString('en-US', { minimumFractionDigits: 2 });
  const value = line[column.name as keyof Line];
  return value === null || value === undefined ? '' : String(value);
}

/** What stands in a cell that can be written: the officer's words, else nothing, and then the register's are shown pale. */
export const written = (line: Line, field: Written): string => line.note?.[field] ?? '';

/** The four fields as they are sent: those that hold, with one changed. */
export function changed(note: Note | null | undefined, field: Written, value: string): Record<Written, string | null> {
  const kept = { difficulty: note?.difficulty ?? '', next_step: note?.next_step ?? '', responsible: note?.responsible ?? '', due_on: note?.due_on ?? null };
  return { ...kept, [field]: field === 'due_on' ? value || null : value.trim() };
}

/** Rows whose number, name, area or unit holds all the words. */
export function matching(rows: Line[], said: string): Line[] {
  const wanted = said.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) return rows;
  return rows.filter((row) => {
    const text = [row.parcel_no, row.parcel_name, row.area, row.unit, row.custodian, row.right_holder].join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
