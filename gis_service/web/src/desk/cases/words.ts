/** Words of clues and links, in the order in which they are offered. */

export const WASTE: Record<string, string> = {
  construction: '建筑垃圾', excavated_soil: '工程渣土', domestic: '生活垃圾', mixed: '混合垃圾', sludge: '污泥', hazardous: '疑似危险废物', other: '其他',
};
export const SOURCES: Record<string, string> = {
  patrol: '巡查', phone: '电话', letter: '来信来访', camera: '监控', drone: '无人机', hotline: '12345 热线', police: '公安移交', media: '媒体', public_page: '公众举报页',
};
export const CLUE_STATES: Record<string, string> = { new: '待处理', merged: '已并入', opened: '已转案件', dismissed: '不予处理' };
export const LINK_KINDS: Record<string, string> = { party: '当事人', vehicle: '车辆', haulier: '运输企业', site: '源头工地' };
export const ROLES: Record<string, string> = {
  offender: '违法嫌疑人', driver: '驾驶人', owner: '车主', builder: '施工单位', carrier: '承运', loader: '装载机械', source: '垃圾来源', witness: '证人', related: '相关',
};
/** The role a thing most often has. */
export const USUAL_ROLE: Record<string, string> = { party: 'offender', vehicle: 'carrier', haulier: 'carrier', site: 'source' };
export const AMOUNT_HEADS: Record<string, string> = { fine: '罚款', confiscation: '没收违法所得', late_fee: '加处罚款', substitute: '代履行费用', clearing: '清运费用' };
