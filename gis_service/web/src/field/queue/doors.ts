/** The server as the queue sees it: six questions, and what each kind of answer means for somebody who must not lose anything. */
import type { PushEnd, Trouble } from './contract';
import { noted } from './db';
import type { Answer, Batch, FileState, Load, Receipt } from './wire';

const ROOT = '/api/v1';
const PATIENCE_MS = 60_000;

/** The push is over for now; everything stays as it is. `after_ms`: how long the server asked to be left alone. */
export class Ended extends Error {
  constructor(readonly end: PushEnd, readonly after_ms = 0) {
    super(end);
  }
}

/** The server understood, and will not take this one thing. */
export class Refused extends Error {
  constructor(readonly status: number, readonly trouble: Trouble, readonly body: unknown) {
    super(trouble.text);
  }
}

/** Busy, restarting, or not there behind its proxy. */
const LATER = new Set([404, 405, 408, 425, 429, 502, 503, 504]);

/** `final`: a 404 of the server itself is its answer, not a proxy's. */
interface Question { method: string; path: string; body?: BodyInit; headers?: Record<string, string>; patience_ms?: number; final?: boolean }

/**
 * Only JSON counts as an answer: a hotel's sign-in page says 200 too. No network, no answer in time, or somebody else's answer is
 * `offline`.
 */
async function ask<T>({ method, path, body, headers, patience_ms = PATIENCE_MS, final = false }: Question): Promise<T> {
  const language = noted('gis.lang') === 'en' ? 'en' : 'zh-CN';
  const init: RequestInit = {
    method, headers: { Accept: 'application/json', 'Accept-Language': language, ...headers }, credentials: 'same-origin', cache: 'no-store',
    redirect: 'error', signal: AbortSignal.timeout(patience_ms),
  };
  if (body !== undefined) init.body = body;
  let response: Response;
  let said: unknown;
  try {
    response = await fetch(ROOT + path, init);
    const json = /^application\/(problem\+)?json\b/.test(response.headers.get('Content-Type') ?? '');
    said = json ? await response.json() : undefined;
  } catch {
    throw new Ended('offline');
  }
  if (response.ok && said !== undefined && said !== null) return said as T;
  throw failure(response, said as { code?: string; title?: string; detail?: string } | null | undefined, final);
}

function failure(response: Response, said: { code?: string; title?: string; detail?: string } | null | undefined, final: boolean): Ended | Refused {
  const { status } = response;
  const seconds = Number(response.headers.get('Retry-After') ?? 0);
  const trouble = { code: said?.code ?? `http.${status}`, text: said?.detail || said?.title || `HTTP ${status}` };
  if (status === 413 || (final && status === 404 && said?.code === 'not_found')) return new Refused(status, trouble, said);  // by whichever proxy
  if (LATER.has(status)) return new Ended('server', Math.min(300, seconds || 0) * 1000);
  if (said === undefined) return new Ended(status >= 500 ? 'server' : 'offline');
  if (status === 401) return new Ended('signin');
  if (status === 403) return new Ended('denied');
  if (status === 507) return new Ended('storage');
  return new Refused(status, trouble, said);
}

const json = (value: unknown): Pick<Question, 'body' | 'headers'> => ({ body: JSON.stringify(value), headers: { 'Content-Type': 'application/json' } });

/** Who the session is of: nobody's records are sent in another person's name. */
export const me = (): Promise<{ id: number; permissions?: string[] }> => ask({ method: 'GET', path: '/me' });

/** A load at the gate; the same again is known again. */
export const putLoad = (uuid: string, body: Load): Promise<unknown> => ask({ method: 'PUT', path: `/manifests/${uuid}`, final: true, ...json(body) });

const PHOTO_PATIENCE_MS = 5 * 60_000;

/** A photo of a load that the server has; the same again is known again. */
export function postPhoto(uuid: string, file: { sha256: string; media_type: string }, bytes: Blob, taken_at: string): Promise<unknown> {
  const form = new FormData();
  form.append('which', 'load');
  form.append('taken_at', taken_at);
  form.append('file', bytes, nameOf(file));
  return ask({ method: 'POST', path: `/manifests/${uuid}/photos`, body: form, patience_ms: PHOTO_PATIENCE_MS, final: true });
}

export async function inbox(batch: Batch): Promise<Answer> {
  const answer = await ask<Answer>({ method: 'POST', path: '/field/inbox', ...json(batch) });
  if (!Array.isArray(answer.verdicts)) throw new Ended('offline');
  return answer;
}

export async function askAgain(uuids: string[], files: string[]): Promise<{ verdicts: Receipt[]; files: FileState[] }> {
  const answer = await ask<{ verdicts: Receipt[]; files: FileState[] }>({ method: 'POST', path: '/field/ask', ...json({ uuids, files }) });
  if (!Array.isArray(answer.verdicts) || !Array.isArray(answer.files)) throw new Ended('offline');
  return answer;
}

export const isState = (body: unknown): body is FileState => Number.isInteger((body as FileState | null)?.offset);

async function askState(question: Question): Promise<FileState> {
  const state = await ask<FileState>(question);
  if (!isState(state)) throw new Ended('offline');
  return state;
}

export const fileState = (sha256: string, size: number): Promise<FileState> => askState({ method: 'GET', path: `/field/files/${sha256}?size=${size}` });

/** One piece of a file, from `offset` on. */
export const putPiece = (file: { sha256: string; size_bytes: number; media_type: string }, offset: number, piece: ArrayBuffer): Promise<FileState> =>
  askState({
    method: 'PUT', path: `/field/files/${file.sha256}`, body: piece,
    headers: {
      'Content-Type': file.media_type || 'application/octet-stream', 'Upload-Offset': String(offset), 'Upload-Length': String(file.size_bytes),
      'X-File-Name': encodeURIComponent(nameOf(file)),
    },
  });

const ENDINGS: Record<string, string> = {
  'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp', 'image/heic': 'heic', 'image/heif': 'heif', 'audio/webm': 'webm', 'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
};

const nameOf = (file: { sha256: string; media_type: string }): string =>
  `${file.sha256.slice(0, 12)}.${ENDINGS[file.media_type.split(';')[0]!] ?? 'bin'}`;
