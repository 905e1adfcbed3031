/** The one way to the server: refusals come back as `Problem`, a lost session leads to the login page. */
import { lang, t } from './i18n';
import type { Issue, Page, ProblemBody } from './types';

const ROOT = '/api/v1';

/** A refusal: a sentence for the person, a code to read over the phone, and what it concerns. */
export class Problem extends Error {
  constructor(readonly body: ProblemBody) {
    super(body.detail && body.detail !== body.title ? `${body.title} ${body.detail}` : body.title);
  }
  get status(): number {
    return this.body.status;
  }
  get code(): string {
    return this.body.code;
  }
  get errors(): Issue[] {
    return this.body.errors ?? [];
  }
}

/** Any failure as a Problem, so that pages show one kind of thing. */
export function asProblem(cause: unknown): Problem {
  if (cause instanceof Problem) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new Problem({ title: t('页面出错：{detail}', { detail }), status: 0, code: 'page.error' });
}

export const wasCancelled = (cause: unknown): boolean =>
  cause instanceof DOMException && cause.name === 'AbortError';

type Value = string | number | boolean | null | undefined;
export type Query = Record<string, Value>;

interface Options {
  query?: Query;
  body?: unknown;
  form?: FormData;
  seen?: string;
  signal?: AbortSignal;
}

let csrf = '';

/** The word that changes must carry, as the server gave it at sign-in. */
export function carry(word: string): void {
  csrf = word;
}

function address(path: string, query: Query = {}): string {
  const wanted = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const text = new URLSearchParams(wanted.map(([name, value]) => [name, String(value)])).toString();
  return `${ROOT}${path}${text ? `?${text}` : ''}`;
}

/** Unique per attempt: a POST repeated by the network then happens once. Works without HTTPS. */
function attemptKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}

function headersFor(method: string, options: Options): Headers {
  const headers = new Headers({ Accept: 'application/json', 'Accept-Language': lang.value === 'zh' ? 'zh-CN' : 'en' });
  if (options.body !== undefined) headers.set('Content-Type', 'application/json');
  if (options.seen) headers.set('If-Match', options.seen);
  if (method !== 'GET' && csrf) headers.set('X-CSRF-Token', csrf);
  if (method === 'POST') headers.set('Idempotency-Key', attemptKey());
  return headers;
}

export async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const init: RequestInit = { method, headers: headersFor(method, options), credentials: 'same-origin' };
  init.body = options.form ?? (options.body === undefined ? null : JSON.stringify(options.body));
  if (options.signal) init.signal = options.signal;
  const response = await fetch(address(path, options.query), init).catch((cause: unknown) => {
    if (wasCancelled(cause)) throw cause;
    throw new Problem({ title: t('连不上服务器，请检查网络后重试。'), status: 0, code: 'network' });
  });
  if (response.ok) return response;
  throw await refusal(response);
}

/** Answers to a password or code that somebody just typed; the session goes on. */
const TRIED = new Set(['access.wrong_password', 'access.wrong_code']);

async function refusal(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => null)) as ProblemBody | null;
  if (response.status === 401 && !TRIED.has(body?.code ?? '')) toLogin();
  return new Problem({
    ...body,
    title: body?.title ?? t('服务器没有说明原因（HTTP {status}）。', { status: response.status }),
    status: response.status,
    code: body?.code ?? `http.${response.status}`,
    request_id: body?.request_id ?? response.headers.get('X-Request-ID') ?? undefined,
  });
}

export function toLogin(): void {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await send(method, path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> => call<T>('GET', path, { query, signal });

/** A parcel together with the version the server said it was, for If-Match. */
export interface Seen<T> {
  value: T;
  etag: string;
}

export async function seen<T>(method: string, path: string, options: Options): Promise<Seen<T>> {
  const response = await send(method, path, options);
  return { value: (await response.json()) as T, etag: response.headers.get('ETag') ?? '' };
}

/** The items of a page, or of a plain list. */
export function items<T>(answer: T[] | Page<T>): T[] {
  return Array.isArray(answer) ? answer : answer.items;
}
