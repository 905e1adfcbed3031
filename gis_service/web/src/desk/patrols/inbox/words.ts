/** Words of kinds, nouns and fields, and values as a person reads them. */
import { fieldName, shown } from '../origins';
import { t } from '../../../shared/i18n';
import { word } from '../../state/session';
import type { Noun } from './types';

export const KINDS: Record<string, string> = {
  'patrol.start': '开始巡查',
  track: '轨迹',
  visit: '到点检查',
  observation: '发现',
  correction: '更正',
  'facility.edit': '设施更新',
  'patrol.end': '结束巡查',
};

export const NOUNS: Record<Noun, string> = { fences: '围蔽', signs: '警示牌', cameras: '监控', observation: '巡查发现' };

const FIELDS: Record<string, string> = {
  fence_type: '形式', sign_type: '类型', height_m: '高度 m', length_m: '长度 m', wording: '牌面文字', inspected_on: '查看日期',
  camera_no: '监控编号', faces_deg: '朝向', published_url: '位置公布网址', reviewed_on: '审核日期',
};

const AXES: Record<string, string> = { 'fences.condition': 'fence_condition', 'signs.condition': 'sign_condition', 'cameras.condition': 'camera_condition', 'fences.fence_type': 'fence_type', 'signs.sign_type': 'sign_type' };
const SEVERITIES: Record<string, string> = { low: '轻微', medium: '一般', high: '严重' };

export const fieldOf = (field: string): string => t(FIELDS[field] ?? fieldName(field));

export function valueOf(noun: Noun, field: string, value: unknown): string {
  const axis = AXES[`${noun}.${field}`];
  if (axis && typeof value === 'string') return word(axis, value);
  if (field === 'severity' && typeof value === 'string') return t(SEVERITIES[value] ?? value);
  return shown(value);
}

/** The raw record with indents; a text that is no JSON as it came. */
export function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
