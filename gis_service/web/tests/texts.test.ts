import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { fill } from '../src/shared/i18n';
import { ENGLISH } from '../src/shared/texts';
import { FIELD_ENGLISH } from '../src/shared/texts/ofField';

const SRC = join(import.meta.dirname, '../src');
const CHINESE = /[\u3400-\u9fff]/;

/** Comments speak to builders; only what lies in quotes reaches people. */
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*|<!--[\s\S]*?-->/g, '');

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|vue)$/.test(name) && !name.includes('.en.ts'))
  .map((name) => ({ name, text: withoutComments(readFileSync(join(SRC, name), 'utf8')) }));
const within = (some: typeof files): Set<string> =>
  new Set(some.flatMap(({ text }) => [...text.matchAll(/'([^'\n]*)'/g)].map(([, inner]) => inner!).filter((one) => CHINESE.test(one))));
const isField = ({ name }: { name: string }): boolean => name.startsWith('field/');
const literals = within(files);

test('every Chinese text has its English in the dictionary of its page', () => {
  expect([...within(files.filter((file) => !isField(file)))].filter((text) => !(text in ENGLISH))).toEqual([]);
  expect([...within(files.filter(isField))].filter((text) => !(text in FIELD_ENGLISH))).toEqual([]);
});

test('no English text is left over', () => {
  expect(Object.keys({ ...ENGLISH, ...FIELD_ENGLISH }).filter((key) => !literals.has(key))).toEqual([]);
});

test('both languages name the same facts', () => {
  const facts = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([fact]) => fact).sort();
  for (const [chinese, english] of Object.entries({ ...ENGLISH, ...FIELD_ENGLISH })) expect([chinese, facts(english)]).toEqual([chinese, facts(chinese)]);
});

test('Chinese text that a person reads is never written bare into a page', () => {
  const bare = files.filter(({ name }) => name.endsWith('.vue')).flatMap(({ name, text }) => {
    const template = (text.split('<template>')[1] ?? '').replace(/\{\{[\s\S]*?\}\}/g, '').replace(/"[^"]*"/g, '');
    return CHINESE.test(template) ? [name] : [];
  });
  expect(bare).toEqual([]);
});

test('Chinese text carries Chinese punctuation', () => {
  expect([...literals].filter((text) => /[\u3400-\u9fff][,;:!?]/.test(text))).toEqual([]);
});

test('facts are filled in, and one that is missing stays visible', () => {
  expect(fill('第 {n} 版 {x}', { n: 3 })).toBe('第 3 版 {x}');
});
