/** What the kinds, fields and ways of finding are called. */
import { t } from '../../shared/i18n';
import { fieldLabel } from '../parcels/fields';
import { word } from '../state/session';
import type { Hit, HitKind, How } from './calls';

export const KINDS: Record<HitKind, string> = { parcel: '地块', area: '片区', unit: '单位', place: '地物', document: '文件' };

const FIELDS: Record<string, string> = {
  alias: '曾用编号或名称', bounds: '四至', name: '名称', short_name: '简称', name_en: '英文名', code: '代码', doc_no: '文号', title: '标题',
};

const HOWS: Partial<Record<How, string>> = { pinyin: '按拼音', initials: '按拼音首字母', fuzzy: '相近' };

/** Why a hit was found: in which field, and in which way where it was not as typed. */
export function whyOf(hit: Hit): string {
  const field = FIELDS[hit.field];
  const how = HOWS[hit.how];
  return [field ? t(field) : fieldLabel(hit.field), how ? t(how) : ''].filter(Boolean).join(' · ');
}

/** What stands beside the name: a place says what it is. */
export const besideOf = (hit: Hit): string => (hit.kind === 'place' ? word('ground_kind', hit.more) : (hit.more ?? ''));
