/** Exactly the differences shown, one line for each field, as a CSV that Excel opens. */
import { type Cell, csvText, download } from '../../shared/csv';
import { dateTime, toMu } from '../../shared/format';
import { t } from '../../shared/i18n';
import { session } from '../state/session';
import type { Period } from './period';
import type { Change } from './types';
import { gained, kindWord, told } from './words';

const HEADS = ['地块编号', '地块名称', '片区', '变化', '项目', '修改前', '修改后', '面积增减 ㎡', '面积增减 亩', '修改人', '时间', '原因', '文号'];

function linesOf(change: Change): Cell[][] {
  const difference = gained(change);
  const who = change.versions[0];
  const head: Cell[] = [change.parcel_no, change.parcel_name, change.area, kindWord(change.kind)];
  const papers = [...new Set(change.versions.map(({ document }) => document?.doc_no).filter(Boolean))].join(' ');
  const tail: Cell[] = [Number(difference.toFixed(2)), Number(toMu(difference).toFixed(4)), who?.actor, who ? dateTime(who.at) : '', who?.reason, papers];
  const fields = told(change.fields).map(({ label, before, after }): Cell[] => [label, before, after]);
  const outline: Cell[][] = change.outline ? [[t('边界'), '', '']] : [];
  const middles = [...outline, ...fields];
  return (middles.length ? middles : [['', '', ''] as Cell[]]).map((middle) => [...head, ...middle, ...tail]);
}

export const changesCsv = (changes: Change[]): string => csvText([HEADS.map((head) => t(head)), ...changes.flatMap(linesOf)]);

export function exportChanges(changes: Change[], { from, to }: Period): void {
  const marks = [t('变更'), from, to, session.config?.sample_data ? t('示例数据') : ''].filter(Boolean);
  download(`${marks.join('_')}.csv`, changesCsv(changes));
}
