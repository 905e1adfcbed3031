/** What acts are called. */
import type { Kind } from './calls';

export const KINDS: Record<Kind, string> = { split: '分割', merge: '合并', adjust: '调整边界', retire: '出库' };
