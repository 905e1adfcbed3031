/** A record in a line, and how far it is, in words. */
import { lang, t } from '../../shared/i18n';
import type { Correction, FacilityEdit, Observation, Start, Visit } from '../queue/wire';
import type { Kept } from '../queue/contract';
import { app } from './app';
import { itemName, parcelOf } from './pack';

const parcelName = (id: number | null | undefined): string => {
  const facts = parcelOf(app.pack, id)?.properties;
  return facts ? facts.parcel_name || facts.parcel_no : id ? String(id) : t('不在地块内');
};
const join = (...parts: string[]): string => parts.filter(Boolean).join(lang.value === 'zh' ? ' · ' : ' · ');

export function titleOf(one: Kept): string {
  if (one.kind === 'patrol.start') {
    const task = app.pack?.tasks.find(({ id }) => id === (one.body as Start).task_id);
    return join(t('开始巡查'), task?.title ?? '');
  }
  if (one.kind === 'patrol.end') return t('结束巡查');
  if (one.kind === 'track') return t('行踪');
  if (one.kind === 'visit') {
    const body = one.body as Visit;
    return join(parcelName(body.parcel_id), body.all_fine ? t('全部正常') : t('到点检查'));
  }
  if (one.kind === 'observation') {
    const body = one.body as Observation;
    return join(itemName(app.pack, body.item), parcelName(body.parcel_id));
  }
  if (one.kind === 'correction') {
    const of = app.list.find(({ uuid }) => uuid === (one.body as Correction).of);
    return join(t('更正'), of ? titleOf(of) : '');
  }
  const { noun } = one.body as FacilityEdit;
  return t('改状况：{what}', { what: noun === 'fences' ? t('围蔽') : noun === 'signs' ? t('警示牌') : t('监控') });
}

export interface State { text: string; kind: '' | 'good' | 'warn' | 'bad' }

export function stateOf(one: Kept): State {
  if (one.state === 'stored') return { text: t('已入库'), kind: 'good' };
  if (one.state === 'held') return { text: t('待核'), kind: 'warn' };
  if (one.state === 'refused') return { text: t('未通过'), kind: 'bad' };
  if (one.state === 'sending') return { text: t('上传中'), kind: '' };
  return { text: t('已保存在本机'), kind: '' };
}
