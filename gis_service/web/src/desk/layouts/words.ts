/** Words of layouts. */
import { t } from '../../shared/i18n';

export const PARTS: Record<string, string> = {
  title: '图名', facts: '要素', legend: '图例', inset: '位置图', table: '表格', notes: '说明', scale: '比例尺', signature: '签署栏', photos: '照片',
};
export const MARKS = ['内部使用', '内部资料 注意保管', ''];

/** `legend` → 图例, `stack-2` → 第 2 栏. */
export function nameOf(name: string): string {
  if (name === 'map') return t('图框');
  if (name.startsWith('stack-')) return t('第 {n} 栏', { n: name.slice(6) });
  return t(PARTS[name] ?? name);
}

export function sizeName(size: { width_mm: number; height_mm: number }): string {
  const paper = Math.max(size.width_mm, size.height_mm) > 400 ? 'A3' : 'A4';
  return size.width_mm > size.height_mm ? t('{paper} 横幅', { paper }) : t('{paper} 竖幅', { paper });
}
export const scaleName = (scale: number): string => `1:${scale.toLocaleString('en').replaceAll(',', ' ')}`;
