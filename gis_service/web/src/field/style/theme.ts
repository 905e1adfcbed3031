/** Light, dark or bright sun: as the phone is set, or as the person chose. */
import { ref } from 'vue';

import type { Theme } from '../map/model';

export type Choice = 'auto' | Theme;

const KEPT = 'field.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const PAPER: Record<Theme, string> = { day: '#ffffff', dark: '#14181d', sun: '#ffffff' };

const kept = localStorage.getItem(KEPT);
export const choice = ref<Choice>(kept === 'day' || kept === 'dark' || kept === 'sun' ? kept : 'auto');
export const theme = ref<Theme>('day');

export function choose(value: Choice): void {
  choice.value = value;
  localStorage.setItem(KEPT, value);
  show();
}

function show(): void {
  theme.value = choice.value === 'auto' ? (dark.matches ? 'dark' : 'day') : choice.value;
  document.documentElement.dataset.theme = theme.value;
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', PAPER[theme.value]);
}

export function wearTheme(): void {
  dark.addEventListener('change', show);
  show();
}
