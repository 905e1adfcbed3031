import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { begin, check } from '../src/field/forms/answers';
import { BadExpression, evaluate, parse } from '../src/field/forms/expression';
import type { Answers, Form, Question } from '../src/field/forms/types';

interface Cases {
  expressions: { told: string; with?: Answers; comes_to: unknown }[];
  refused: string[];
  forms: { about: string; questions: Question[]; answers: Answers; values: Answers; asked: string[]; problems: [string, string][] }[];
}

/** The same table the server's evaluator is held to. */
const cases = JSON.parse(readFileSync(join(import.meta.dirname, '../../../tests/patrols/forms/cases.json'), 'utf8')) as Cases;

test.each(cases.expressions)('$told', ({ told, with: facts = {}, comes_to }) => {
  expect(evaluate(parse(told), (name) => facts[name])).toEqual(comes_to);
});

test.each(cases.refused)('%s is refused', (told) => {
  expect(() => parse(told)).toThrow(BadExpression);
});

test.each(cases.forms)('$about', ({ questions, answers, values, asked, problems }) => {
  const form: Form = { code: 'T', version: 1, zh: '试', en: 'try', questions };
  const found = check(form, answers);
  expect(found.values).toEqual(values);
  expect(found.asked).toEqual(asked);
  expect(found.problems.map(({ path, code }) => [path, code])).toEqual(problems);
});

test('fresh answers are the defaults', () => {
  expect(begin([{ type: 'text', name: 'a', default: 'x' }, { type: 'integer', name: 'b' }])).toEqual({ a: 'x' });
});
