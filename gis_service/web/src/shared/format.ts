/** Numbers, dates and texts as people read them. Pure: no page, no state. */

const PLACES = new Map<number, Intl.NumberFormat>();

/** A number with thousands separators and fixed places; an absent one is an en dash, never 0. */
export function number(value: number | null | undefined, places = 0): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  let format = PLACES.get(places);
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
    PLACES.set(places, format);
  }
  return format.format(value);
}

/** Square metres → 亩 (1 亩 = 2000/3 ㎡), unrounded: round once, when showing. */
export const toMu = (m2: number): number => (m2 * 3) / 2000;

export const areaM2 = (m2: number | null | undefined): string => number(m2, 2);
export const areaMu = (m2: number | null | undefined): string => number(m2 == null ? m2 : toMu(m2), 2);

/** Both units of an area, as every area is shown: `100,000.00 ㎡ · 150.00 亩`. */
export const bothAreas = (m2: number | null | undefined, mu = '亩'): string =>
  m2 == null ? '–' : `${areaM2(m2)} ㎡ · ${areaMu(m2)} ${mu}`;

/** How far the area computed from the geometry lies from the document's figure. */
export function areaDifference(
  registered: number | null | undefined,
  computed: number | null | undefined,
): { m2: number; percent: number } | null {
  if (registered == null || computed == null || registered === 0) return null;
  const m2 = computed - registered;
  return { m2, percent: (m2 / registered) * 100 };
}

/** A number with its sign written, for differences. */
export function signed(value: number, places: number): string {
  const text = number(Math.abs(value), places);
  if (Number(text.replaceAll(',', '')) === 0) return text;
  return (value < 0 ? '−' : '+') + text;
}

const BEIJING = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
});

/** An instant in Beijing time: `2026-11-23 09:41`. */
export function dateTime(value: string | null | undefined): string {
  if (!value) return '–';
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? value : BEIJING.format(at);
}

/** Today's date in Beijing, `2026-11-23`. */
export const today = (now: Date = new Date()): string => BEIJING.format(now).slice(0, 10);

/** Whether the text is a real calendar date `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text;
}

/** The last day of the month before, of the quarter before and of the year before `day`. */
export function usualDays(day: string): { month: string; quarter: string; year: string } {
  const [year = 0, month = 1] = day.split('-').map(Number);
  const lastBefore = (m: number): string => new Date(Date.UTC(year, m, 0)).toISOString().slice(0, 10);
  return {
    month: lastBefore(month - 1),
    quarter: lastBefore(Math.floor((month - 1) / 3) * 3),
    year: `${year - 1}-12-31`,
  };
}

/** A long text cut in the middle, so that its beginning and its number at the end stay readable. */
export function middle(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const head = Math.ceil((longest - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (longest - 1 - head))}`;
}

/** Bytes as people say them. */
export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${number(bytes / 1024, 1)} KB`;
  return `${number(bytes / 1024 ** 2, 1)} MB`;
}
