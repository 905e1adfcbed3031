/** Two languages, Chinese first. The key of a text is its Chinese wording; English lies in texts/. */
import { ref } from 'vue';

import { ENGLISH } from './texts';

export type Lang = 'zh' | 'en';
export type Facts = Record<string, string | number>;

const KEPT = 'gis.lang';
const kept = typeof localStorage === 'undefined' ? null : localStorage.getItem(KEPT);

export const lang = ref<Lang>(kept === 'en' ? 'en' : 'zh');

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
  return fill(lang.value === 'zh' ? chinese : (ENGLISH[chinese] ?? chinese), facts);
}

/** Several things one after the other, as the language strings them. */
export const listed = (parts: string[]): string => parts.join(lang.value === 'zh' ? '、' : ', ');

/** Picks the wording of something that carries both (vocabulary words, layer titles, legend labels). */
export function pick(chinese: string | null | undefined, english: string | null | undefined): string {
  return (lang.value === 'zh' ? chinese || english : english || chinese) ?? '';
}
