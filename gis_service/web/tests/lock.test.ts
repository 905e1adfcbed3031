import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');

test('the lock file carries names, versions and hashes, and no host names', () => {
  expect(lock).not.toMatch(/https?:/);
  expect(lock).toMatch(/"integrity": "sha512-/);
});

test('no package asks to run a script when it is installed', () => {
  expect(lock).not.toContain('"hasInstallScript"');
});
