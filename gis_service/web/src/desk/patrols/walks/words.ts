/** Words of walks: doubts with their figures, why a track has holes, how much was seen. */
import { number } from '../../../shared/format';
import { listed, t } from '../../../shared/i18n';
import type { Band, Flag, FlagCode, GapReason } from './types';

export const FLAGS: Record<FlagCode, string> = {
  teleport: '位置跳变', car_speed: '车速驶过', replay: '轨迹雷同', mock: '模拟定位', clock: '时钟不准', accuracy: '精度差', synthetic: '轨迹过于规则',
};
export const REASONS: Record<GapReason, string> = {
  hidden: '锁屏或切换到其他应用', killed: '应用被系统关闭', no_fix: '收不到定位', paused: '本人暂停', unknown: '原因不明',
};
export const BANDS: Record<Band, string> = { most: '大部分', part: '一部分', little: '很少', none: '没有看到' };
export const STATES: Record<string, string> = { running: '巡查中', recorded: '已提交', archived: '已归档' };
export const SEVERITIES: Record<string, string> = { high: '高', medium: '中', low: '低' };
const WHY: Record<string, string> = {
  perfect_lines: '走成完美直线', noise_without_drift: '抖动没有接收机应有的漂移', few_decimals: '坐标小数位过少', same_places_again: '反复出现一模一样的坐标',
};

/** A length of time as people say it. */
export function lasting(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 90) return t('{n} 秒', { n: s });
  if (s < 5400) return t('{n} 分钟', { n: Math.round(s / 60) });
  return t('{h} 小时 {m} 分', { h: Math.floor(s / 3600), m: Math.round((s % 3600) / 60) });
}

export const percent = (share: number): string => `${number(share * 100, share > 0 && share < 0.1 ? 1 : 0)}%`;

const fact = (flag: Flag, name: string): number => Number(flag.facts[name] ?? 0);

/** What a doubt rests on, in one sentence with its figures. */
export function because(flag: Flag): string {
  const f = (name: string): number => fact(flag, name);
  switch (flag.code) {
    case 'teleport':
      return t('有 {n} 处跳变；最大一处 {s} 秒内移动 {m} m，相当于 {v} km/h', { n: f('jumps'), s: f('took_s'), m: number(f('distance_m')), v: number(f('km_h')) });
    case 'car_speed':
      return t('经过的 {n} 块地中有 {d} 块只是驶过，车速约 {v} km/h', { n: f('parcels'), d: f('driven_past'), v: f('km_h') });
    case 'replay':
      return t('与第 {id} 号巡查的轨迹相同：{p} 的行走时段吻合，位置相差约 {m} m', { id: f('patrol_id'), p: percent(f('share')), m: f('off_m') });
    case 'mock':
      return t('{n} 段轨迹中有 {m} 段，手机自报由其他应用提供位置', { n: f('parts'), m: f('mock_parts') });
    case 'clock':
      return t('手机时钟与服务器相差 {d}，超过 5 分钟', { d: lasting(Math.abs(f('offset_s'))) });
    case 'accuracy':
      return t('{p} 的定位误差大于 {m} m，不能证明到位', { p: percent(f('share')), m: f('most_m') });
    default:
      return t('{why}（{n} 步中 {p} 完全在直线上）', { why: listed(((flag.facts['why'] as string[] | undefined) ?? []).map((w) => t(WHY[w] ?? w))), n: f('steps'), p: percent(f('perfect')) });
  }
}

/** A value of a record as text. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
