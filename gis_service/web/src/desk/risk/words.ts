/** Words of levels, grades and kinds of events. */
import type { Grade, Level } from './types';

export const LEVELS: Record<Level, string> = { high: '高', medium: '中', low: '低' };
export const GRADES: Record<Grade, string> = { hot99: '热点 99%', hot95: '热点 95%', hot90: '热点 90%', plain: '未见聚集', cold: '冷点' };
export const KINDS: Record<string, string> = { case: '案件', clue: '线索', finding: '巡查发现', rectification: '整改' };
