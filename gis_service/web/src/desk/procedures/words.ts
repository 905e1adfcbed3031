/** How clocks and sides are said. */
import { t } from '../../shared/i18n';
import type { Clock, Side, Stand } from './types';

export const SIDES: Record<Side, string> = { giving: '移交方', receiving: '接收方', witness: '见证方' };

export const STANDS: Record<Stand, { sign: string; label: string; tone: string }> = {
  running: { sign: '○', label: '期限内', tone: '' },
  near: { sign: '◔', label: '将到期', tone: 'warn' },
  late: { sign: '!', label: '已超期', tone: 'bad' },
  paused: { sign: '‖', label: '暂停计算', tone: 'soft' },
  met: { sign: '✓', label: '按期', tone: 'good' },
  met_late: { sign: '✓', label: '逾期完成', tone: 'bad' },
};

export const AMOUNT_STAGES: Record<string, string> = { estimated: '估算', claimed: '主张', agreed: '议定', ordered: '决定', paid: '已缴' };

const MEASURES: Record<string, string> = {
  hours: '{n} 小时',
  working_days: '{n} 个工作日',
  days: '{n} 日',
  months: '{n} 个月',
  years: '{n} 年',
};

export const lengthOf = ({ length }: Clock): string =>
  length.measure === 'set_date' ? t('指定日期') : t(MEASURES[length.measure]!, { n: length.count });

/** Calendar days from now to a day, Beijing: what is said beside a date. */
export function daysTo(day: string, today: string): number {
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / 86_400_000);
}

/** 超期 3 天 · 今天到期 · 还有 5 天 */
export function dueWords(clock: Clock, today: string): string {
  if (clock.stand === 'paused') return t('暂停计算');
  const days = daysTo(clock.due_on, today);
  if (clock.stand === 'late') return days === 0 ? t('今天已超期') : t('超期 {n} 天', { n: -days });
  return days === 0 ? t('今天到期') : t('还有 {n} 天', { n: days });
}
