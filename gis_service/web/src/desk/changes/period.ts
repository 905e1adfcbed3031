/** Two days compared, as the address holds them: `2026-01-31..2026-03-31`. Pure. */
import { isDate, usualDays } from '../../shared/format';

export interface Period {
  from: string;
  to: string;
}

export function readPeriod(text: string | undefined): Period | null {
  const [from = '', to = ''] = (text ?? '').split('..');
  return isDate(from) && isDate(to) && from < to ? { from, to } : null;
}

export const writePeriod = ({ from, to }: Period): string => `${from}..${to}`;

/** Comparisons that people ask for: since the end of the last month, quarter, year. */
export function usualPeriods(today: string): { month: Period; quarter: Period; year: Period } {
  const { month, quarter, year } = usualDays(today);
  return { month: { from: month, to: today }, quarter: { from: quarter, to: today }, year: { from: year, to: today } };
}
