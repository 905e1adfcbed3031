/** CSV as Excel opens it: byte-order mark, CRLF, and no cell that runs as a formula. */

export type Cell = string | number | boolean | null | undefined;

/** With the apostrophes that stand there already: the import takes one away, and what was there comes back. */
const RISKY = /^'*[=+\-@\t\r]/;

/** One cell: numbers stay numbers; a text that a spreadsheet would run gets an apostrophe before it. */
export function csvCell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const text = String(value);
  const safe = RISKY.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csvText = (rows: Cell[][]): string =>
  '\uFEFF' + rows.map((row) => row.map(csvCell).join(',') + '\r\n').join('');

/** Hands a text to the person as a file. */
export function download(name: string, text: string, type = 'text/csv;charset=utf-8'): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
