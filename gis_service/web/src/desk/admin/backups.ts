/** Copies and restores for trial, as the server tells them, and as lines for people. */
import { fileSize } from '../../shared/format';
import { pick, t } from '../../shared/i18n';

export interface Proof {
  name_zh: string;
  name_en: string;
  good: boolean;
  seen: string;
}

export interface Run {
  id: number;
  kind: 'copy' | 'drill';
  outcome: 'good' | 'bad';
  name: string;
  began_at: string;
  ended_at: string;
  detail: { bytes?: number; files?: number; file_bytes?: number; file_faults?: string[]; seconds?: number; proofs?: Proof[]; zh?: string; en?: string };
}

export interface Backups {
  is_on: boolean;
  folder: string | null;
  place: 'same' | 'other' | 'elsewhere' | null;
  job: number | null;
  items: Run[];
}

/** The newest run of its kind that went well; runs come newest first. */
export const lastGood = (runs: Run[], kind: Run['kind']): Run | undefined => runs.find((run) => run.kind === kind && run.outcome === 'good');

/** What a run has to say: figures of a copy; of a trial its time, and each proof that failed (or that none did); else the refusal. */
export function figures(run: Run): string[] {
  const { detail } = run;
  if (detail.zh) return [pick(detail.zh, detail.en)];
  if (run.kind === 'copy') return [copied(run), ...(detail.file_faults ?? []).map((sha256) => t('文件缺失或已损坏：{sha256}', { sha256 }))];
  const failed = (detail.proofs ?? []).filter((proof) => !proof.good).map((proof) => `✗ ${pick(proof.name_zh, proof.name_en)}：${proof.seen}`);
  const passed = t('{n} 项核对全部通过', { n: detail.proofs?.length ?? 0 });
  return [t('{name}，用时 {seconds} 秒', { name: run.name, seconds: detail.seconds ?? '—' }), ...(failed.length ? failed : [passed])];
}

function copied({ name, detail }: Run): string {
  const facts = { name, size: fileSize(detail.bytes ?? 0), files: detail.files ?? 0, bytes: fileSize(detail.file_bytes ?? 0) };
  return t('{name}：数据库 {size}，文件 {files} 个共 {bytes}', facts);
}
