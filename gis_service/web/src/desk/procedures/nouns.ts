/** The procedures of the desk: where each stands in the rail, and what its page has beside the common parts. */
import { type Component, defineAsyncComponent } from 'vue';

import { AMOUNT_HEADS } from '../cases/words';
import type { PlaceName } from '../state/address';

export interface NounTab {
  id: string;
  label: string;
  component: Component;
}

export interface Noun {
  noun: string;
  /** The place of the rail it belongs to; several procedures of one place are tabs over the list. */
  group: 'handovers' | 'rectifications' | 'cases' | 'meetings';
  label: string;
  /** Tabs of its own on the page of one. */
  tabs: NounTab[];
  /** Tabs over the list that are no procedure: batches, clues. */
  opens: boolean;
  /** Heads of amounts, where it has any: code → words. */
  amounts?: Record<string, string>;
}

export const later = (load: () => Promise<Component>): Component => defineAsyncComponent(load);

export const NOUNS: Partial<Record<PlaceName, Noun>> = {
  handovers: { noun: 'handover', group: 'handovers', label: '移交', tabs: [], opens: false },
  rectifications: { noun: 'rectification', group: 'rectifications', label: '整改', tabs: [], opens: true },
  cases: {
    noun: 'case', group: 'cases', label: '案件', opens: true, amounts: AMOUNT_HEADS,
    tabs: [
      { id: 'clues', label: '线索', component: later(() => import('../cases/CluesTab.vue')) },
      { id: 'links', label: '关联', component: later(() => import('../cases/LinksTab.vue')) },
      { id: 'basis', label: '依据', component: later(() => import('../cases/LawTab.vue')) },
    ],
  },
  claims: { noun: 'claim', group: 'cases', label: '损害赔偿', tabs: [], opens: true },
  meetings: { noun: 'meeting', group: 'meetings', label: '联席会议', tabs: [], opens: true },
  action_items: { noun: 'action_item', group: 'meetings', label: '议定事项', tabs: [], opens: true },
};

/** Places beside the procedures of a group: the inbox of clues. */
export const BESIDE: Partial<Record<PlaceName, { group: Noun['group']; label: string; needs: string }>> = {
  clues: { group: 'cases', label: '线索', needs: 'clue.read' },
};

/** Everything that stands as a tab over the lists of a group, and the right to look at it. */
export function siblingsOf(group: Noun['group']): { id: PlaceName; label: string; needs: string }[] {
  const own = (Object.keys(NOUNS) as PlaceName[]).filter((key) => NOUNS[key]!.group === group).map((id) => ({ id, label: NOUNS[id]!.label, needs: `${NOUNS[id]!.noun}.read` }));
  const beside = (Object.keys(BESIDE) as PlaceName[]).filter((key) => BESIDE[key]!.group === group).map((id) => ({ id, label: BESIDE[id]!.label, needs: BESIDE[id]!.needs }));
  return [...beside, ...own];
}

export const nounOf = (place: string): Noun | undefined => NOUNS[place as PlaceName];
export const isProcedure = (place: string): boolean => nounOf(place) !== undefined;
export const groupOf = (place: PlaceName): string => nounOf(place)?.group ?? BESIDE[place]?.group ?? place;
