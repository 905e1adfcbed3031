/** The procedures of the desk: where each stands in the rail, and what its page has beside the common parts. */
import { type Component, defineAsyncComponent } from 'vue';

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
  cases: { noun: 'case', group: 'cases', label: '案件', tabs: [], opens: true },
  claims: { noun: 'claim', group: 'cases', label: '损害赔偿', tabs: [], opens: true },
  meetings: { noun: 'meeting', group: 'meetings', label: '联席会议', tabs: [], opens: true },
  action_items: { noun: 'action_item', group: 'meetings', label: '议定事项', tabs: [], opens: true },
};

export const nounOf = (place: string): Noun | undefined => NOUNS[place as PlaceName];
export const isProcedure = (place: string): boolean => nounOf(place) !== undefined;
export const groupOf = (place: PlaceName): string => nounOf(place)?.group ?? place;
