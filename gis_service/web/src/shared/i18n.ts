/** Two languages, Chinese first. The key of a text is its Chinese wording; the page says where its English is (texts/). */
import { ref } from 'vue';

export type Lang = 'zh' | 'en';
export type Facts = Record<string, string | number>;

const KEPT = 'gis.lang';
const kept = typeof localStorage === 'undefined' ? null : localStorage.getItem(KEPT);

export const lang = ref<Lang>(kept === 'en' ? 'en' : 'zh');

let english: Record<string, string> = {};

/** The English of this page; each page brings its own, so that a phone need not carry the desk's. */
export function speak(texts: Record<string, string>): void {
  english = texts;
}

export function setLang(value: Lang): void {
  lang.value = value;
  localStorage.setItem(KEPT, value);
  showLang();
}

/** Tells the browser and screen readers which language the page is in. */
export function showLang(): void {
  document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en';
}

/** `{name}` in a text is replaced by the fact of that name. */
export function fill(text: string, facts: Facts = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));
}

/** The text in the reader's language. */
export function t(chinese: string, facts?: Facts): string {
  return fill(lang.value === 'zh' ? chinese : (english[chinese] ?? chinese), facts);
}

/** Several things one after the other, as the language strings them. */
export const listed = (parts: string[]): string => parts.join(lang.value === 'zh' ? '、' : ', ');

/** Picks the wording of something that carries both (vocabulary words, layer titles, legend labels). */
export function pick(chinese: string | null | undefined, english: string | null | undefined): string {
  return (lang.value === 'zh' ? chinese || english : english || chinese) ?? '';
}
