export const SHEETS: Record<string, string> = {
  '出图': 'Sheets',
  '本地块': 'This parcel',
  '本批次': 'This batch',
  '本次巡查': 'This patrol',
  '本案': 'This case',
  '{area} 本月至当日': '{area}, month to that day',
  '查看他人轨迹的原因（会留痕，本人可见；不填则图上没有轨迹和姓名）': 'Why you look at another person\'s track (kept, and seen by that person; without it the sheet has neither track nor name)',
  '各图常用': 'Usual for each',
  '图片': 'Picture',
  '幻灯片': 'Slide',
  '制作中…': 'Making…',
};
