/** Files that are made in the background: asked about as long as one is under way; what this page ordered is handed over as soon as it is made. */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';

import { asProblem, type Problem } from '../../shared/api';
import { save } from './calls';

export type JobState = 'queued' | 'writing' | 'done' | 'failed' | 'expired' | 'cancelled';

export interface FileJob {
  id: number;
  as_of: string | null;
  state: JobState;
  rows: number;
  written: number;
  notes: string[];
  error: { code: string; message: string } | null;
  file_name: string | null;
  size_bytes: number | null;
  file: string | null;
  created_at: string;
  expires_at: string | null;
}

export interface Jobs<J extends FileJob> {
  jobs: ShallowRef<J[]>;
  /** The name of the file last handed over. */
  saved: Ref<string>;
  problem: ShallowRef<Problem | null>;
  look(): Promise<void>;
  /** Hand this one over once it is made. */
  await(id: number): void;
  fetchFile(job: FileJob): Promise<void>;
  told(cause: unknown): void;
}

const ASK_AGAIN_MS = 800;

export const isRunning = (job: FileJob): boolean => job.state === 'queued' || job.state === 'writing';

export function jobsOf<J extends FileJob>(list: () => Promise<J[]>, file: (id: number) => Promise<Response>): Jobs<J> {
  const jobs = shallowRef<J[]>([]);
  const saved = ref('');
  const problem = shallowRef<Problem | null>(null);
  const mine = new Set<number>();
  let timer = 0;

  const told = (cause: unknown): void => void (problem.value = asProblem(cause));

  async function fetchFile(job: FileJob): Promise<void> {
    try {
      await save(await file(job.id), job.file_name ?? '');
      saved.value = job.file_name ?? '';
    } catch (cause) {
      told(cause);
    }
  }

  /** Asks how the jobs are, and again as long as one is under way. */
  async function look(): Promise<void> {
    clearTimeout(timer);
    jobs.value = await list();
    for (const job of jobs.value.filter(({ id, state }) => state === 'done' && mine.has(id))) {
      mine.delete(job.id);
      await fetchFile(job);
    }
    if (jobs.value.some(isRunning)) timer = window.setTimeout(() => void look().catch(told), ASK_AGAIN_MS);
  }

  return { jobs, saved, problem, look, await: (id) => void mine.add(id), fetchFile, told };
}
