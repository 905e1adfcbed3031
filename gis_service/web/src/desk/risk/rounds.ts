/** A round over suggested land, given out by the planning's own act. */
import { today } from '../../shared/format';
import { t } from '../../shared/i18n';
import { plusDays } from '../patrols/board/columns';
import { calls } from '../patrols/calls';
import type { WholeTask } from '../patrols/types';
import type { Scored } from './types';

/** Days that a suggested round may take. */
const DAYS = 3;

/** One task for each unit in care: a task is walked by one unit, or by the district. */
export async function giveRound(chosen: Scored[]): Promise<WholeTask[]> {
  const by = new Map<number | null, Scored[]>();
  for (const one of chosen) by.set(one.unit_id, [...(by.get(one.unit_id) ?? []), one]);
  const made: WholeTask[] = [];
  for (const [unit_id, own] of by) {
    const title = own.length === 1 ? `${t('高风险巡查')} ${own[0]!.parcel_no}` : t('高风险巡查 {n} 宗', { n: own.length });
    made.push(await calls.giveOut({ title, parcel_ids: own.map(({ parcel_id }) => parcel_id), unit_id, due_from: today(), due_on: plusDays(today(), DAYS - 1) }));
  }
  return made;
}
