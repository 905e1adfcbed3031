/** 巡查: the tabs of the place, each with its list, its detail and the room it wants. A part of patrols adds its tab here. */
import { type Component, computed, defineAsyncComponent, watch } from 'vue';

import { placeLayer } from '../map/state';
import { riskLayer } from '../risk/state';
import { go, place, setQuery } from '../state/place';
import { may } from '../state/session';

export interface PatrolTab {
  id: string;
  label: string;
  /** The permission without which the tab is not there. */
  needs: string;
  list: Component;
  /** What lies over the map when something is chosen. */
  detail?: Component;
  /** Pixels of the list, or a share of the window where it is at most 1. */
  width: number;
  detailWidth: number;
}

const later = (load: () => Promise<Component>): Component => defineAsyncComponent(load);

export const TABS: PatrolTab[] = [
  {
    id: 'board', label: '任务', needs: 'patrol.read', width: 0.62, detailWidth: 440,
    list: later(() => import('./board/TaskBoard.vue')), detail: later(() => import('./board/TaskDetail.vue')),
  },
  {
    id: 'plans', label: '计划', needs: 'patrol.read', width: 560, detailWidth: 560,
    list: later(() => import('./plans/PlanList.vue')), detail: later(() => import('./plans/PlanDetail.vue')),
  },
  {
    id: 'walks', label: '巡查记录', needs: 'patrol.read', width: 380, detailWidth: 480,
    list: later(() => import('./walks/WalkList.vue')), detail: later(() => import('./walks/WalkDetail.vue')),
  },
  {
    id: 'inbox', label: '待核与冲突', needs: 'patrol.settle', width: 400, detailWidth: 560,
    list: later(() => import('./inbox/InboxList.vue')), detail: later(() => import('./inbox/InboxDetail.vue')),
  },
  {
    id: 'risk', label: '风险与热点', needs: 'risk.read', width: 440, detailWidth: 440,
    list: later(() => import('../risk/RiskList.vue')), detail: later(() => import('../risk/RiskDetail.vue')),
  },
  { id: 'daily', label: '日报', needs: 'patrol.read', width: 0.5, detailWidth: 440, list: later(() => import('./daily/DailySheet.vue')) },
];

export const tabs = computed(() => TABS.filter(({ needs }) => may(needs)));
/** The tab in sight, or undefined outside of 巡查. */
export const patrolTab = computed<PatrolTab | undefined>(() =>
  place.place === 'patrols' ? (tabs.value.find(({ id }) => id === place.query['patrol']) ?? tabs.value[0]) : undefined,
);
export const isTab = (id: string): boolean => patrolTab.value?.id === id;

/** Goes to a tab, and there to one thing; what was chosen in another tab is no thing of this one. */
export function goTab(id: string, chosen: string | number | null = null): void {
  setQuery({ patrol: id === TABS[0]!.id ? null : id });
  go('patrols', chosen);
}

/** What the map shows beside tasks and plans: how long ago land was walked. */
const LAYER = 'patrol-overdue';
const BESIDE = ['board', 'plans', 'daily'];
watch(() => (isTab('risk') ? riskLayer.value : BESIDE.some(isTab) ? LAYER : null), (layer) => (placeLayer.value = layer), { immediate: true });
