/** Which rows of a long table must exist: only those in sight and a few around them. */
export interface Window {
  first: number;
  last: number;
  before: number;
  after: number;
}

const AROUND = 8;

/**
 * @param top pixels scrolled, @param height pixels in sight, @param row height of a row, @param count rows in all
 * @returns rows [first, last) to draw and the pixels of empty space before and after them
 */
export function windowOf(top: number, height: number, row: number, count: number): Window {
  const seen = Math.floor(Math.max(0, top) / row);
  const step = Math.floor(seen / AROUND) * AROUND;
  const first = Math.max(0, Math.min(step - AROUND, count));
  const last = Math.min(count, step + AROUND + Math.ceil(height / row) + AROUND);
  return { first, last, before: first * row, after: (count - last) * row };
}

/** The scroll position that brings row `index` into sight; unchanged when it is in sight already. */
export function reveal(index: number, top: number, height: number, row: number): number {
  const start = index * row;
  if (start < top) return start;
  return start + row > top + height ? start + row - height : top;
}
