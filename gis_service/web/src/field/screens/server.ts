/** The few calls of the screens themselves; what was recorded travels by the queue. A refusal is a sentence, a lost network is no error. */
import { lang, t } from '../../shared/i18n';

/** What the server said no with. `status` 0: it was not reached. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, sentence: string) {
    super(sentence);
  }
}

const PATIENCE_MS = 20_000;

export async function ask(method: string, path: string, options: { body?: unknown; headers?: Record<string, string> } = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': lang.value === 'zh' ? 'zh-CN' : 'en', ...options.headers };
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) };
  if (options.body !== undefined) {
    init.body = JSON.stringify(options.body);
    headers['Content-Type'] = 'application/json';
  }
  const response = await fetch(`/api/v1${path}`, init).catch(() => {
    throw new Refusal(0, 'network', t('连不上服务器。已记录的都在本机，可以继续巡查。'));
  });
  if (response.ok || response.status === 304) return response;
  const said = (await response.json().catch(() => null)) as { code?: string; title?: string; detail?: string } | null;
  const sentence = [said?.title, said?.detail !== said?.title ? said?.detail : ''].filter(Boolean).join(' ');
  throw new Refusal(response.status, said?.code ?? `http.${response.status}`, sentence || t('服务器没有说明原因（HTTP {status}）。', { status: response.status }));
}
