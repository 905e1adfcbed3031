/** Exactly the differences shown, one line for each field, as a CSV that Excel opens. */
import { type Cell, csvText, download } from '../../shared/csv';
import { dateTime, toMu } from '../../shared/format';
import { t } from '../../shared/i18n';
import { session } from '../state/session';
import type { Period } from './period';
import type { Act, Change } from './types';
import { gained, kindWord, told } from './words';

const HEADS = ['地块编号', '地块名称', '片区', '变化', '项目', '修改前', '修改后', '面积增减 ㎡', '面积增减 亩', '修改人', '时间', '原因', '文号'];

/** Who changed a field last between the two days; of a parcel that is new or gone, who last wrote it. */
const actOf = (change: Change, field: string | null): Act | undefined =>
  field === null ? change.versions[0] : (change.versions.find(({ changed }) => changed?.includes(field)) ?? change.versions[0]);

function linesOf(change: Change): Cell[][] {
  const difference = gained(change);
  const areas: Cell[] = [Number(difference.toFixed(2)), Number(toMu(difference).toFixed(4))];
  const line = (field: string | null, ...middle: Cell[]): Cell[] => {
    const act = actOf(change, field);
    const who: Cell[] = [act?.actor, act ? dateTime(act.at) : '', act?.reason, act?.document?.doc_no];
    return [change.parcel_no, change.parcel_name, change.area, kindWord(change.kind), ...middle, ...areas, ...who];
  };
  const outline = change.outline ? [line('geometry', t('边界'), '', '')] : [];
  const lines = [...outline, ...told(change.fields).map(({ field, label, before, after }) => line(field, label, before, after))];
  return lines.length ? lines : [line(null, '', '', '')];
}

export const changesCsv = (changes: Change[]): string => csvText([HEADS.map((head) => t(head)), ...changes.flatMap(linesOf)]);

export function exportChanges(changes: Change[], { from, to }: Period): void {
  const marks = [t('变更'), from, to, session.config?.sample_data ? t('示例数据') : ''].filter(Boolean);
  download(`${marks.join('_')}.csv`, changesCsv(changes));
}
