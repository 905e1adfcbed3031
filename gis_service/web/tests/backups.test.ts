import { expect, test } from 'vitest';

import { figures, lastGood, type Run } from '../src/desk/admin/backups';

const run = (changed: Partial<Run>): Run => ({ id: 1, kind: 'copy', outcome: 'good', name: '20261130T183000Z', began_at: '', ended_at: '', detail: {}, ...changed });

test('a copy tells its sizes and each file that is not whole', () => {
  const lines = figures(run({ detail: { bytes: 5 * 1024 ** 2, files: 3, file_bytes: 2048, file_faults: ['ab12'] } }));
  expect(lines).toEqual(['20261130T183000Z：数据库 5.0 MB，文件 3 个共 2.0 KB', '文件缺失或已损坏：ab12']);
});

test('a trial tells what failed, or that nothing did', () => {
  const proofs = [{ name_zh: '可以登录', name_en: 'people can sign in', good: true, seen: 'drill' }, { name_zh: '审计链完好', name_en: 'the audit chain holds', good: false, seen: 'seal 3' }];
  expect(figures(run({ kind: 'drill', detail: { seconds: 4.2, proofs } }))).toEqual(['20261130T183000Z，用时 4.2 秒', '✗ 审计链完好：seal 3']);
  expect(figures(run({ kind: 'drill', detail: { seconds: 4.2, proofs: proofs.slice(0, 1) } }))[1]).toBe('1 项核对全部通过');
  expect(figures(run({ kind: 'drill', outcome: 'bad', detail: { zh: '磁盘已满', en: 'The disk is full' } }))).toEqual(['磁盘已满']);
});

test('the newest good trial counts, not a copy and not a bad one', () => {
  const runs = [run({ id: 4, kind: 'drill', outcome: 'bad' }), run({ id: 3 }), run({ id: 2, kind: 'drill' })];
  expect(lastGood(runs, 'drill')?.id).toBe(2);
});
