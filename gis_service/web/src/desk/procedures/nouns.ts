/** The procedures of the desk: where each stands in the rail, and what its page has beside the common parts. */
import { type Component, defineAsyncComponent } from 'vue';

import AtlasButton from '../atlas/AtlasButton.vue';
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
  group: 'surveys' | 'handover_batches' | 'rectifications' | 'cases' | 'meetings' | 'layers';
  label: string;
  /** Tabs of its own on the page of one. */
  tabs: NounTab[];
  /** Tabs over the list that are no procedure: batches, clues. */
  opens: boolean;
  /** Stands first under 办理; it takes the steps named in `handles` by itself. */
  now?: Component;
  handles?: string[];
  /** Tools over the list. */
  tools?: Component;
  /** Heads of amounts, where it has any: code → words. */
  amounts?: Record<string, string>;
}

export const later = (load: () => Promise<Component>): Component => defineAsyncComponent(load);

export const NOUNS: Partial<Record<PlaceName, Noun>> = {
  surveys: {
    noun: 'survey', group: 'surveys', label: '摸排', opens: true,
    tabs: [
      { id: 'map', label: '成果图', component: later(() => import('../surveys/map/MapTab.vue')) },
      { id: 'points', label: '钻孔', component: later(() => import('../surveys/PointsTab.vue')) },
      { id: 'lab', label: '检测', component: later(() => import('../surveys/laboratory/LabTab.vue')) },
      { id: 'volume', label: '方量', component: later(() => import('../surveys/VolumeTab.vue')) },
    ],
  },
  disposals: {
    noun: 'disposal', group: 'surveys', label: '固废处置', opens: true, now: later(() => import('../disposals/DisposalNow.vue')),
    tabs: [
      { id: 'balance', label: '方量对账', component: later(() => import('../disposals/BalanceTab.vue')) },
      { id: 'manifests', label: '联单', component: later(() => import('../disposals/ManifestsTab.vue')) },
      { id: 'partners', label: '场所与运输', component: later(() => import('../disposals/PartnersTab.vue')) },
    ],
  },
  handovers: {
    noun: 'handover',
    group: 'handover_batches',
    label: '单宗移交',
    tabs: [
      { id: 'spot', label: '现场核验', component: later(() => import('../handovers/SpotTab.vue')) },
      { id: 'way', label: '障碍', component: later(() => import('../handovers/WayTab.vue')) },
    ],
    opens: false,
  },
  rectifications: {
    noun: 'rectification', group: 'rectifications', label: '整改', tabs: [], opens: true, handles: ['issue', 'answer', 'close', 'send_back'],
    now: later(() => import('../rectifications/ProblemPanel.vue')), tools: later(() => import('../rectifications/ListTools.vue')),
  },
  cases: {
    noun: 'case', group: 'cases', label: '案件', opens: true, amounts: AMOUNT_HEADS,
    tabs: [
      { id: 'clues', label: '线索', component: later(() => import('../cases/CluesTab.vue')) },
      { id: 'links', label: '关联', component: later(() => import('../cases/LinksTab.vue')) },
      { id: 'basis', label: '依据', component: later(() => import('../cases/LawTab.vue')) },
    ],
  },
  claims: {
    noun: 'claim', group: 'cases', label: '损害赔偿', opens: true, tabs: [{ id: 'claim', label: '索赔', component: later(() => import('../claims/ClaimPanel.vue')) }],
    amounts: {
      interim_loss: '期间功能损失', permanent_loss: '永久性损害损失', investigation_appraisal: '调查、鉴定评估费用',
      cleanup_restoration: '清除污染、修复费用', prevention: '防止损害扩大费用',
    },
  },
  meetings: {
    noun: 'meeting', group: 'meetings', label: '联席会议', opens: true, tools: AtlasButton,
    tabs: [
      { id: 'agenda', label: '议程', component: later(() => import('../meetings/AgendaTab.vue')) },
      { id: 'attendance', label: '参会', component: later(() => import('../meetings/AttendanceTab.vue')) },
    ],
  },
  action_items: { noun: 'action_item', group: 'meetings', label: '议定事项', tabs: [], opens: false },
};

/** Lists of a place that are no procedure; they stand before its procedures. */
export const BESIDE: { id: PlaceName; group: Noun['group']; label: string; needs: string }[] = [
  { id: 'survey_programmes', group: 'surveys', label: '摸排计划', needs: 'survey.read' },
  { id: 'handover_batches', group: 'handover_batches', label: '移交批次', needs: 'handover.read' },
  { id: 'overview', group: 'meetings', label: '总览', needs: 'kpi.read' },
  { id: 'indicators', group: 'meetings', label: '指标目录', needs: 'kpi.read' },
  { id: 'clues', group: 'cases', label: '线索', needs: 'clue.read' },
];
/** The same, after its procedures. */
export const BEHIND: typeof BESIDE = [
  { id: 'disposal_plan', group: 'surveys', label: '处置计划', needs: 'disposal.read' },
  { id: 'disposal_partners', group: 'surveys', label: '消纳与运输', needs: 'disposal.read' },
  { id: 'elevation_comparisons', group: 'surveys', label: '高程比对', needs: 'survey.read' },
  { id: 'monthly_reports', group: 'meetings', label: '月度调度', needs: 'report.read' },
  { id: 'layouts', group: 'meetings', label: '版式', needs: 'map.read' },
  { id: 'layers', group: 'layers', label: '图层', needs: 'map.read' },
  { id: 'layer_workshop', group: 'layers', label: '工坊', needs: 'layer.edit' },
];
export const nounOf = (place: string): Noun | undefined => NOUNS[place as PlaceName];
export const isProcedure = (place: string): boolean => nounOf(place) !== undefined;
export const groupOf = (place: PlaceName): string => nounOf(place)?.group ?? [...BESIDE, ...BEHIND].find(({ id }) => id === place)?.group ?? place;
