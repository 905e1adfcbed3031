/** Which column of the file fills which field of the register, as a person sets it. Pure. */
import type { FileColumn } from './types';

/** Column of the file → field; an empty field means the column is left unused. */
export type Choice = Record<string, string>;

export const asRecognised = (columns: FileColumn[]): Choice =>
  Object.fromEntries(columns.map(({ name, field }) => [name, field ?? '']));

/** Fields that two columns would fill. */
export function clashes(choice: Choice): string[] {
  const taken = Object.values(choice).filter(Boolean);
  return [...new Set(taken.filter((field, n) => taken.indexOf(field) !== n))];
}

/** What is sent: every field with its column, and those that were recognised but are not wanted with none. */
export function toSend(columns: FileColumn[], choice: Choice): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const { field } of columns) if (field) sent[field] = '';
  for (const [name, field] of Object.entries(choice)) if (field) sent[field] = name;
  return sent;
}

export const isChanged = (columns: FileColumn[], choice: Choice): boolean =>
  columns.some(({ name, field }) => (field ?? '') !== choice[name]);

/** Control points as typed, one to a line: x, y, easting, northing. The number of the first line that is none. */
export function controlPoints(text: string): { points: number[][]; wrong: number | null } {
  const points: number[][] = [];
  for (const [n, line] of text.split('\n').entries()) {
    const parts = line.trim().split(/[\s,，;；]+/).filter(Boolean);
    if (!parts.length) continue;
    const numbers = parts.map(Number);
    if (numbers.length !== 4 || !numbers.every(Number.isFinite)) return { points, wrong: n + 1 };
    points.push(numbers);
  }
  return { points, wrong: null };
}
