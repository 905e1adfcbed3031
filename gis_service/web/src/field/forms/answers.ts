/**
 * What answers to a form come to: what is asked at all, what is calculated, what is wrong. One pass from top to bottom;
 * `gis_service/patrols/forms/answers.py` says the same, and both are held to one table of cases.
 */
import { empty, evaluate, parse, truth, type Value } from './expression';
import type { Answers, Form, Question } from './types';

const LONGEST = 4000;
const MOST_REPEATS = 50;
const HASH = /^[0-9a-f]{64}$/;
const SHAPES: Partial<Record<Question['type'], string>> = { geopoint: 'Point', geotrace: 'LineString', geoshape: 'Polygon' };

export interface Problem { path: string; code: 'required' | 'type' | 'choice' | 'constraint' }
export interface Checked { values: Answers; asked: string[]; problems: Problem[] }

/** Fresh answers: the defaults. */
export const begin = (questions: Question[]): Answers =>
  Object.fromEntries(questions.filter((one) => one.default != null).map((one) => [one.name, one.default]));

/** Never throws, whatever the answers are. */
export function check(form: Form, answers: Answers): Checked {
  const found: Checked = { values: {}, asked: [], problems: [] };
  walk(form.questions, answers, '', {}, found.values, found);
  return found;
}

const come = (source: string, known: Answers): Value => evaluate(parse(source), (name) => known[name]);
const holds = (source: string, known: Answers): boolean => truth(come(source, known));
const isRequired = ({ required }: Question, known: Answers): boolean =>
  typeof required === 'string' ? holds(required, known) : Boolean(required);
const isMap = (value: unknown): value is Answers => typeof value === 'object' && value !== null && !Array.isArray(value);

function walk(questions: Question[], answers: Answers, prefix: string, outer: Answers, values: Answers, found: Checked): void {
  const known: Answers = { ...outer };
  for (const question of questions) {
    known[question.name] ??= null;
    if (question.relevant !== undefined && !holds(question.relevant, known)) {
      for (const inner of question.questions ?? []) known[inner.name] = [];
      continue;
    }
    const path = prefix + question.name;
    if (question.type === 'repeat') {
      repeat(question, answers[question.name], path, known, values, found);
      continue;
    }
    const value = question.type === 'calculate' ? come(question.calculation ?? '', known) : answer(question, answers[question.name], path, known, found);
    if (!empty(value)) values[question.name] = known[question.name] = value;
  }
}

function repeat(question: Question, told: unknown, path: string, known: Answers, values: Answers, found: Checked): void {
  found.asked.push(path);
  const inner = question.questions ?? [];
  const rows = Array.isArray(told) ? told.filter(isMap).slice(0, MOST_REPEATS) : [];
  const done = rows.map((row, at) => {
    const kept: Answers = {};
    walk(inner, row, `${path}[${at}].`, known, kept, found);
    return kept;
  });
  known[question.name] = done;
  for (const { name } of inner) known[name] = done.map((row) => row[name] ?? null);
  if (done.length) values[question.name] = done;
  else if (isRequired(question, known)) found.problems.push({ path, code: 'required' });
}

/** The answer, if it is one; what is wrong with it is noted. */
function answer(question: Question, told: unknown, path: string, known: Answers, found: Checked): Value {
  found.asked.push(path);
  if (question.type === 'note') return null;
  const value = question.type === 'text' && typeof told === 'string' ? told.trim() : told;
  if (empty(value)) {
    if (isRequired(question, known)) found.problems.push({ path, code: 'required' });
    return null;
  }
  const code = misfit(question, value);
  if (code) {
    found.problems.push({ path, code });
    return null;
  }
  if (question.constraint && !holds(question.constraint, { ...known, '.': value })) found.problems.push({ path, code: 'constraint' });
  return value;
}

function misfit({ type, choices = [] }: Question, value: unknown): Problem['code'] | null {
  const wrong = (fits: boolean): 'type' | null => (fits ? null : 'type');
  if (type === 'integer') return wrong(Number.isSafeInteger(value) || Math.abs(value as number) === 2 ** 53);
  if (type === 'decimal') return wrong(typeof value === 'number' && Math.abs(value) <= 2 ** 53);
  if (type === 'text') return wrong(typeof value === 'string' && [...value].length <= LONGEST);
  if (type === 'photo') return wrong(Array.isArray(value) && value.every((one) => typeof one === 'string' && HASH.test(one)));
  if (SHAPES[type]) return wrong(isMap(value) && value.type === SHAPES[type]);
  const words = new Set(choices.map((choice) => choice.value));
  if (type === 'select_one') return typeof value === 'string' ? (words.has(value) ? null : 'choice') : 'type';
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) return 'type';
  return value.every((one) => words.has(one)) && new Set(value).size === value.length ? null : 'choice';
}
