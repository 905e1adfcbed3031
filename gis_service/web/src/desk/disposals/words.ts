/** Words of disposal that the pages say by themselves. */
import { t } from '../../shared/i18n';

export const CLASSES: Record<string, string> = {
  excavated_soil: '工程渣土', slurry: '工程泥浆', site_waste: '工程垃圾', demolition_waste: '拆除垃圾', decoration_waste: '装修垃圾',
  domestic_waste: '生活垃圾', general_industrial: '一般工业固废', hazardous: '危险废物', sludge: '污泥', green_waste: '园林垃圾', mixed: '混合垃圾',
  unknown: '类别不明',
};
export const KINDS: Record<string, string> = {
  landfill: '消纳场、填埋场', recycling: '资源化利用厂', backfill: '回填利用工地', transfer: '转运、分拣站', incineration: '焚烧厂', industrial: '一般工业固废处置场',
};
export const METHODS: Record<string, string> = { excavate_remove: '开挖清运', screen_reuse: '开挖筛分、资源化利用', in_situ: '原位风险管控' };
export const COVERS: Record<string, string> = { supply: '供地', handover: '移交', both: '供地和移交' };

export const className = (code: string): string => t(CLASSES[code] ?? code);

const SOON_DAYS = 30;

/** How a permit stands on a day: over, ending within thirty days, or neither. */
export function standing(until: string | null, day: string): 'over' | 'soon' | null {
  if (!until) return null;
  if (until < day) return 'over';
  const soon = new Date(`${day}T00:00:00Z`);
  soon.setUTCDate(soon.getUTCDate() + SOON_DAYS);
  return until <= soon.toISOString().slice(0, 10) ? 'soon' : null;
}
