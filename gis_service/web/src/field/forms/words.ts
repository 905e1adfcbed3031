/** Answers as a person reads them. */
import { lang, pick } from '../../shared/i18n';
import type { Answers, Form, Question } from './types';

const UNITS: Record<string, string> = { m2: '㎡', m3: 'm³' };
export const unitText = (unit: string | null | undefined): string => (unit ? (UNITS[unit] ?? unit) : '');

function text(question: Question, value: unknown): string {
  const word = (one: unknown): string => {
    const choice = question.choices?.find((each) => each.value === one);
    return choice ? pick(choice.zh, choice.en) : String(one);
  };
  const told = Array.isArray(value) ? value.map(word).join(lang.value === 'zh' ? '、' : ', ') : word(value);
  return question.unit ? `${told} ${question.unit}` : told;
}

/** Each answered question with its answer; the rows of a repeat one after the other. Photos are shown as photos. */
export function answered(form: Form | undefined, answers: Answers): { name: string; label: string; text: string }[] {
  const of = (questions: Question[], told: Answers, mark: string): { name: string; label: string; text: string }[] =>
    questions.flatMap((question) => {
      const value = told[question.name];
      if (value == null || value === '' || ['photo', 'note', 'calculate'].includes(question.type)) return [];
      if (question.type === 'repeat') return (value as Answers[]).flatMap((row, at) => of(question.questions ?? [], row, `${at + 1} · `));
      return [{ name: `${mark}${question.name}`, label: mark + pick(question.zh, question.en), text: text(question, value) }];
    });
  return form ? of(form.questions, answers, '') : [];
}
