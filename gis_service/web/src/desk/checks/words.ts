/** Words and signs of the checks; titles of rules come from the server. */
import type { FaultState, Level } from './types';

export const LEVELS: Record<Level, { sign: string; label: string; tone: string }> = {
  error: { sign: '×', label: '错误', tone: 'bad' },
  warning: { sign: '!', label: '提醒', tone: 'warn' },
  info: { sign: 'i', label: '说明', tone: 'soft' },
};

export const STATES: Record<FaultState, string> = { open: '待处理', accepted: '已接受', resolved: '已消除' };

/** What a list may show of the states; the first is the day's work. */
export const SHOWN: { value: string; label: string }[] = [
  { value: 'open', label: '待处理' },
  { value: 'open,accepted', label: '待处理和已接受' },
  { value: 'accepted', label: '已接受' },
  { value: 'resolved', label: '已消除' },
];

export const OWNERS: Record<string, string> = { land_officer: '土地专员', surveyor: '测绘单位' };

/** The reason given most often. */
export const USUAL = '按原测绘成果，不改';
