/** How often, in words. */
import { t } from '../../../shared/i18n';
import type { PlanFacts } from '../types';

type Frequency = Pick<PlanFacts, 'times' | 'per_days'>;

export function often({ times, per_days }: Frequency): string {
  if (per_days === 1) return t('每天 {n} 次', { n: times });
  if (per_days === 7) return t('每周 {n} 次', { n: times });
  return t('每 {d} 天 {n} 次', { d: per_days, n: times });
}

export const WALKERS: Record<string, string> = { custodian: '管护单位，无管护的由区巡查员', district: '区巡查员' };
export const REASONS: Record<string, string> = { typhoon: '台风', rain: '暴雨', holiday: '节假日', event: '重大活动' };
