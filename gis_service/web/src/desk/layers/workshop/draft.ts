/** What a draft makes of a layer, and how its parts are read and written. Pure. */
import { t } from '../../../shared/i18n';
import type { Hatch, LegendEntry, MapLayer, Symbol } from '../../../shared/types';
import type { Content, Workshop } from './types';

/** A look with its sign, as the form has it; one that is of no value is that of all others, or of all. */
export type Look = Symbol & { sign?: string; value?: string };

/** Which look: its place among the values, or the one of all others. */
export type Place = number | 'default';

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** Names in one order, and nothing where nothing is said, whoever wrote it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!value || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, one]) => one !== null && one !== undefined && one !== '');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, sorted(one)]));
}

export const looksOf = (content: Content): [Place, Look][] => [
  ...(content.style.categories ?? []).map((look, at): [Place, Look] => [at, look]),
  ['default', content.style.default ?? {}],
];

/** The content with something else said of one look; what is emptied is no longer said. */
export function withLook(content: Content, at: Place, change: Partial<Look>): Content {
  const changed = <T extends Look>(look: T): T => Object.fromEntries(Object.entries({ ...look, ...change }).filter(([, value]) => value !== undefined && value !== null)) as T;
  const { style } = content;
  if (at === 'default') return { ...content, style: { ...style, default: changed(style.default ?? {}) } };
  return { ...content, style: { ...style, categories: (style.categories ?? []).map((look, n) => (n === at ? changed(look) : look)) } };
}

/** The content with one value moved up or down. */
export function movedValue(content: Content, at: number, by: number): Content {
  const categories = [...(content.style.categories ?? [])];
  const to = at + by;
  if (!categories[at] || !categories[to]) return content;
  [categories[at], categories[to]] = [categories[to]!, categories[at]!];
  return { ...content, style: { ...content.style, categories } };
}

/** The words of a look: those of its value. */
export function wordsOf(at: Place, content: Content, workshop: Workshop): { zh: string; en: string } {
  if (at === 'default') return content.style.categories ? { zh: '其他', en: 'Other' } : { zh: content.title, en: content.title_en };
  const value = content.style.categories![at]!.value;
  return workshop.values.find((one) => one.value === value) ?? { zh: value, en: value };
}

/** The layer as the draft has it, for the map's own drawing. */
export function layerOf(base: MapLayer, content: Content, workshop: Workshop): MapLayer {
  const looks = looksOf(content).filter(([at]) => at !== 'default' || !content.style.categories);
  const legend: LegendEntry[] = looks.map(([at, look]) => {
    const { zh, en } = wordsOf(at, content, workshop);
    return { ...look, label_zh: zh, label_en: en };
  });
  const { title, title_en, group, group_en, minzoom, maxzoom, visible, style, description, description_en } = content;
  return { ...base, title, title_en, group, group_en, minzoom, maxzoom, visible, style, legend, words: description, words_en: description_en };
}

/** Whether two layers take the same tiles: otherwise it is not enough to draw anew. */
export const sameTiles = (a: MapLayer, b: MapLayer): boolean => a.tiles === b.tiles && a.minzoom === b.minzoom && a.maxzoom === b.maxzoom;

/** `4 2` as lengths of dashes and gaps; nothing for a line without. */
export function readDash(text: string): number[] | undefined {
  const parts = text.split(/[\s,，]+/).filter(Boolean).map(Number);
  return parts.length && parts.every((one) => Number.isFinite(one) && one > 0) ? parts : undefined;
}

export const writeDash = (dash: number[] | null | undefined): string => (dash ?? []).join(' ');

/** The values of an SVG `feColorMatrix` for a 3 × 3 matrix; its numbers are meant for linear light, which is what SVG filters work in. */
export const matrixValues = (matrix: number[][]): string => [...matrix.map((row) => [...row, 0, 0]), [0, 0, 0, 1, 0]].map((row) => row.join(' ')).join(' ');

export const COLOUR = /^#[0-9a-f]{6}$/i;

/** A draft that the map can draw: a colour half typed in would stop it. */
export const isDrawable = (content: Content): boolean =>
  looksOf(content).every(([, look]) => [look.fill, look.stroke].every((colour) => !colour || COLOUR.test(colour))) && content.minzoom <= content.maxzoom && content.minzoom >= 0 && content.maxzoom <= 24;

export const HATCHES: { value: NonNullable<Hatch> | ''; label: string }[] = [
  { value: '', label: '实心' }, { value: 'diagonal', label: '斜线' }, { value: 'back-diagonal', label: '反斜线' }, { value: 'cross', label: '交叉' },
  { value: 'dots', label: '点' }, { value: 'horizontal', label: '横线' }, { value: 'vertical', label: '竖线' },
];

const FIELDS: Record<string, string> = {
  title: '图层名称', title_en: '英文名称', group: '分组', group_en: '英文分组', order: '顺序', minzoom: '起始级别', maxzoom: '瓦片最后级别', label: '要素名称字段',
  visible: '默认显示', description: '图层说明', description_en: '英文说明', 'style.label.property': '标注字段', 'style.label.minzoom': '标注起始级别', 'style.categories': '分类',
  fill: '颜色', hatch: '填充图案', sign: '符号', stroke: '线条颜色', stroke_width: '线宽', dash: '虚线', opacity: '不透明度', radius: '点的半径',
};

/** What a place in the content is called on the page. */
export function fieldName(field: string, content: Content, workshop: Workshop, pick: (zh: string, en: string) => string): string {
  const [, at, part = ''] = /^style\.(?:categories\.(\d+)|default)\.?(\w*)/.exec(field) ?? [];
  const look: Place | null = at !== undefined ? Number(at) : field.startsWith('style.default') ? 'default' : null;
  if (look === null || (look !== 'default' && !content.style.categories?.[look])) return FIELDS[field] ? t(FIELDS[field]) : field;
  const { zh, en } = wordsOf(look, content, workshop);
  return [pick(zh, en), FIELDS[part] ? t(FIELDS[part]) : part].filter(Boolean).join(' · ');
}
