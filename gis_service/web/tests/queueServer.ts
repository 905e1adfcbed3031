/** A server as the contract says, small enough to be made ill in every way. */
import { sha256 } from '../src/field/queue/ids';
import type { Batch, FileState, Receipt } from '../src/field/queue/wire';

interface Part { bytes: Uint8Array<ArrayBuffer>; size: number; stored: boolean }

export class FakeServer {
  person = 3;
  records = new Map<string, { text: string; sha256: string; receipt: Receipt }>();
  files = new Map<string, Part>();
  asked: string[] = [];
  batches: Batch[] = [];
  /** Called before each request; what it returns is the answer instead, and `drop` loses the answer after the work was done. */
  fault: (method: string, path: string, init: RequestInit) => Response | 'drop' | 'cut' | void = () => undefined;
  verdict: (uuid: string, text: string) => Partial<Receipt> | null = () => ({});

  install(): void {
    globalThis.fetch = ((path: string, init: RequestInit = {}) => this.answer(path, init)) as typeof fetch;
  }

  private async answer(path: string, init: RequestInit): Promise<Response> {
    const method = init.method ?? 'GET';
    this.asked.push(`${method} ${path}`);
    const fault = this.fault(method, path, init);
    if (fault === 'cut') throw new TypeError('Failed to fetch');
    if (fault instanceof Response) return fault;
    const answer = await this.work(method, path.replace('/api/v1', ''), init);
    if (fault === 'drop') throw new TypeError('Failed to fetch');
    return answer;
  }

  private async work(method: string, path: string, init: RequestInit): Promise<Response> {
    if (path === '/me') return json({ id: this.person });
    if (path === '/field/inbox') return json(await this.inbox(JSON.parse(init.body as string) as Batch));
    if (path === '/field/ask') {
      const { uuids, files } = JSON.parse(init.body as string) as { uuids: string[]; files: string[] };
      const verdicts = uuids.flatMap((uuid) => (this.records.has(uuid) ? [this.judge(uuid)] : []));
      return json({ verdicts, files: files.map((hash) => this.state(hash)) });
    }
    const hash = path.split('/')[3]!.split('?')[0]!;
    return method === 'GET' ? json(this.state(hash)) : this.put(hash, init);
  }

  private state(hash: string): FileState {
    const part = this.files.get(hash);
    return { sha256: hash, size_bytes: part?.size ?? 0, offset: part?.bytes.length ?? 0, stored: part?.stored ?? false };
  }

  private async put(hash: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const part = this.files.get(hash) ?? { bytes: new Uint8Array(), size: Number(headers.get('Upload-Length')), stored: false };
    if (Number(headers.get('Upload-Offset')) !== part.bytes.length) return json(this.state(hash), 409);
    const bytes = new Uint8Array([...part.bytes, ...new Uint8Array(init.body as ArrayBuffer)]);
    if (bytes.length === part.size && (await sha256(bytes)) !== hash) {
      this.files.delete(hash);
      return json({ code: 'field.hash_differs', title: '照片损坏' }, 400);
    }
    this.files.set(hash, { bytes, size: part.size, stored: bytes.length === part.size });
    return json(this.state(hash));
  }

  private async inbox(batch: Batch): Promise<unknown> {
    this.batches.push(batch);
    const verdicts = [];
    for (const { uuid, text, sha256: hash } of batch.records) {
      const here = this.records.get(uuid);
      if (!here) this.records.set(uuid, { text, sha256: hash, receipt: { uuid, verdict: 'stored', sha256: hash, received_at: '2026-11-28T12:00:00Z' } });
      const said = this.judge(uuid);
      if (this.verdict(uuid, text) !== null) verdicts.push(here && said.verdict === 'stored' ? { ...said, verdict: 'duplicate' } : said);
    }
    return { server_time: '2026-11-28T12:00:00Z', verdicts, oldest_app: '0' };
  }

  private judge(uuid: string): Receipt {
    const { receipt, text } = this.records.get(uuid)!;
    return { ...receipt, ...this.verdict(uuid, text) };
  }
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': status < 400 || status === 409 ? 'application/json' : 'application/problem+json', ...headers } });

export const portal = (): Response => new Response('<html>请先登录无线网络</html>', { status: 200, headers: { 'Content-Type': 'text/html' } });
