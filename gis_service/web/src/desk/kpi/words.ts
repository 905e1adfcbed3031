/** How figures are written: each with its unit, what it is made of, and a dash where there is nothing to divide by. Pure. */
import { number, signed, toMu } from '../../shared/format';
import { lang, pick, t } from '../../shared/i18n';
import type { PlaceName } from '../state/address';
import type { Group, Indicator, Line } from './types';

export const GROUPS: { id: Group; label: string }[] = [
  { id: '打', label: '打 · 执法' },
  { id: '防', label: '防 · 防范' },
  { id: '管', label: '管 · 管护' },
  { id: '治', label: '治 · 治理' },
];
/** The five a leader sees first. */
export const FIRST = ['survey.done', 'disposal.progress', 'fence.full', 'patrol.coverage', 'case.closed'];
/** What of a group the map and the trend show until another figure is chosen. */
export const USUAL: Record<Group, string> = { 打: 'case.closed', 防: 'fence.full', 管: 'patrol.coverage', 治: 'survey.done' };

const PLACES: Record<string, number> = { '%': 1, '㎡': 0, 'm³': 0, t: 1, '元': 0 };
const WAN = 10_000;

/** Yuan are told in 万元 in Chinese, as they are in English. */
const inWan = (): boolean => lang.value === 'zh';

/** A value without its unit. */
export function bare(unit: string, value: number | null): string {
  if (value === null) return '—';
  return unit === '元' && inWan() ? number(value / WAN, 1) : number(value, PLACES[unit] ?? 0);
}

export function unitOf(one: Indicator, which: 'unit' | 'counted_in' = 'unit'): string {
  if (one[which] === '元' && inWan()) return '万元';
  return pick(one[which], one[`${which}_en`]);
}

/** A value with its unit: `78.6%`, `12 宗`. */
export function told(one: Indicator, value: number | null): string {
  if (value === null) return '—';
  return one.unit === '%' ? `${bare('%', value)}%` : `${bare(one.unit, value)} ${unitOf(one)}`;
}

/** What a ratio is made of, the interval of a volume, an area in 亩. */
export function made(one: Indicator, line: Line): string {
  if (one.is_ratio) return `${bare(one.counted_in, line.numerator)} / ${bare(one.counted_in, line.denominator)} ${unitOf(one, 'counted_in')}`;
  if (one.unit === '㎡' && line.value !== null) return `${number(toMu(line.value), 1)} ${t('亩')}`;
  return line.low !== null && line.high !== null ? `${bare(one.unit, line.low)}–${bare(one.unit, line.high)} ${unitOf(one)}` : '';
}

/** The change since the month before; of a ratio in percentage points. */
export function changed(one: Indicator, line: Line): string {
  if (line.change === null) return '—';
  if (one.unit === '%') return t('{n} 个百分点', { n: signed(line.change, 1) });
  return `${one.unit === '元' && inWan() ? signed(line.change / WAN, 1) : signed(line.change, PLACES[one.unit] ?? 0)} ${unitOf(one)}`;
}

/** Whether a change is for the better: 1, 0 (neither), -1. */
export function judged(one: Indicator, change: number | null): number {
  if (!change || one.up === null) return 0;
  return change > 0 === one.up ? 1 : -1;
}

/** The five that stand worst; only where it is known which way is better, and never what has nothing to divide by. */
export function worst(one: Indicator, lines: Line[]): Line[] {
  if (one.up === null) return [];
  const known = lines.filter(({ value, denominator }) => value !== null && (denominator !== 0) && (one.up || value > 0));
  return known.sort((a, b) => (one.up ? a.value! - b.value! : b.value! - a.value!)).slice(0, 5);
}

export const nameOf = (one: Indicator): string => (lang.value === 'zh' ? one.zh : one.en[0]!.toUpperCase() + one.en.slice(1));

/** The place where a row is opened; none: only its parcels can be shown. */
const WHERE: Record<string, PlaceName> = { parcel: 'parcels', rectification: 'rectifications', case: 'cases', claim: 'claims', disposal: 'disposals' };
export const placeOf = (kind: string): PlaceName | undefined => WHERE[kind];

/** The ends of the months before a day, the newest first. */
export function monthEnds(day: string, count: number): string[] {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return Array.from({ length: count }, (_, n) => new Date(Date.UTC(year, month - 1 - n, 0)).toISOString().slice(0, 10));
}
