/** The words of surveys, read once for a visit. */
import { shallowRef } from 'vue';

import { pick } from '../../shared/i18n';
import { surveyCalls } from './calls';
import type { Code, SurveyWords } from './types';

export const words = shallowRef<SurveyWords | null>(null);

export async function loadWords(): Promise<void> {
  words.value ??= await surveyCalls.words();
}

type Lists = Exclude<keyof SurveyWords, 'soils'>;
export const codes = (list: Lists): Code[] => words.value?.[list] ?? [];

/** The word for a code; the code itself where nobody knows it. */
export function wordOf(list: Lists, code: string | null | undefined): string {
  const found = codes(list).find((each) => each.code === code);
  return found ? pick(found.zh, found.en) : (code ?? '–');
}
