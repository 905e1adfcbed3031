import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';

import { type Disk, download, type Part } from '../src/field/base/download';
import type { Package } from '../src/field/base/model';
import { Sha256 } from '../src/field/base/sha256';

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('the hash is that of everybody, however the bytes come', () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 100_003]) {
    const bytes = new Uint8Array(randomBytes(length));
    const digest = new Sha256();
    for (let at = 0, step = 1; at < length; at += step, step = (step * 7) % 311 || 1) digest.update(bytes.subarray(at, at + step));
    expect([length, digest.hex()]).toEqual([length, hashOf(bytes)]);
  }
});

/** A disk of a phone: parts outlive a kill, and a package is only what was finished. */
class Phone implements Disk {
  files = new Map<string, Uint8Array>();
  room = Infinity;
  finished: string[] = [];
  async part(sha256: string): Promise<Part> {
    const name = `${sha256}.part`;
    const bytes = (): Uint8Array => this.files.get(name) ?? new Uint8Array();
    this.files.set(name, bytes());
    return {
      size: () => bytes().length,
      write: (piece, at) => {
        if (at + piece.length > this.room) throw new DOMException('full', 'QuotaExceededError');
        const grown = new Uint8Array(Math.max(bytes().length, at + piece.length));
        grown.set(bytes());
        grown.set(piece, at);
        this.files.set(name, grown);
      },
      read: (into, at) => {
        const piece = bytes().subarray(at, at + into.length);
        into.set(piece);
        return piece.length;
      },
      truncate: (size) => void this.files.set(name, bytes().slice(0, size)),
      flush: () => undefined,
      close: () => undefined,
    };
  }
  async finish(of: Package): Promise<void> {
    this.files.set(of.sha256, this.files.get(`${of.sha256}.part`)!);
    this.files.delete(`${of.sha256}.part`);
    this.finished.push(of.sha256);
  }
  async dropPart(sha256: string): Promise<void> {
    this.files.delete(`${sha256}.part`);
  }
}

const BYTES = new Uint8Array(randomBytes(300_000));
const of: Package = { code: 'bw', name: '北围', area: '北围', kind: 'raster', gcj02: false, min_zoom: 12, max_zoom: 17, box: [113, 22, 114, 23], made_on: '2026-11-28', size_bytes: BYTES.length, sha256: hashOf(BYTES) };

interface Server { asked: (string | null)[]; bytes: Uint8Array; breaksAfter: number; ranges: boolean; status?: number }
const server = (more: Partial<Server> = {}): Server => ({ asked: [], bytes: BYTES, breaksAfter: Infinity, ranges: true, ...more });

/** Answers as the server does, in pieces, and may break off. */
function fetchFrom(it: Server): typeof fetch {
  return (async (_address: string, init: RequestInit) => {
    const range = new Headers(init.headers).get('range');
    it.asked.push(range);
    if (it.status) return new Response('', { status: it.status });
    const from = range && it.ranges ? Number(range.slice(6, -1)) : 0;
    const body = it.bytes.slice(from);
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(out) {
        if (at >= it.breaksAfter) return out.error(new TypeError('network'));
        if (at >= body.length) return out.close();
        out.enqueue(body.slice(at, at + 10_000));
        at += 10_000;
      },
    });
    return new Response(stream, { status: from ? 206 : 200 });
  }) as typeof fetch;
}

test('a package comes whole and gets its name last', async () => {
  const phone = new Phone();
  const heard: number[] = [];
  await download(of, phone, { fetch: fetchFrom(server()), heard: (bytes) => heard.push(bytes) });
  expect(phone.finished).toEqual([of.sha256]);
  expect([heard[0], heard.at(-1)]).toEqual([0, BYTES.length]);
  expect([...phone.files.keys()]).toEqual([of.sha256]);
});

test('a download that breaks off is no package, and goes on where it stopped', async () => {
  const phone = new Phone();
  await expect(download(of, phone, { fetch: fetchFrom(server({ breaksAfter: 120_000 })) })).rejects.toThrow('network');
  expect(phone.finished).toEqual([]);
  const rest = server();
  await download(of, phone, { fetch: fetchFrom(rest) });
  expect(rest.asked).toEqual(['bytes=120000-']);
  expect(hashOf(phone.files.get(of.sha256)!)).toBe(of.sha256);
});

test('an answer that ends politely too early is gone on with', async () => {
  const phone = new Phone();
  await expect(download(of, phone, { fetch: fetchFrom(server({ bytes: BYTES.slice(0, 200_000) })) })).rejects.toThrow('network');
  await download(of, phone, { fetch: fetchFrom(server()) });
  expect(phone.finished).toEqual([of.sha256]);
});

test('a server that begins anew is followed', async () => {
  const phone = new Phone();
  await expect(download(of, phone, { fetch: fetchFrom(server({ breaksAfter: 50_000 })) })).rejects.toThrow('network');
  await download(of, phone, { fetch: fetchFrom(server({ ranges: false })) });
  expect(phone.finished).toEqual([of.sha256]);
});

test('a part that is whole needs no network', async () => {
  const phone = new Phone();
  phone.files.set(`${of.sha256}.part`, BYTES);
  const none = server({ status: 500 });
  await download(of, phone, { fetch: fetchFrom(none) });
  expect([none.asked, phone.finished]).toEqual([[], [of.sha256]]);
});

test('wrong bytes are thrown away, whether they come or were there', async () => {
  for (const wrong of [new Uint8Array(BYTES.length), new Uint8Array(BYTES.length + 1)]) {
    const phone = new Phone();
    await expect(download(of, phone, { fetch: fetchFrom(server({ bytes: wrong })) })).rejects.toThrow('differs');
  }
  const phone = new Phone();
  phone.files.set(`${of.sha256}.part`, new Uint8Array(1000));
  await expect(download(of, phone, { fetch: fetchFrom(server()) })).rejects.toThrow('differs');
  await download(of, phone, { fetch: fetchFrom(server()) });
  expect(phone.finished).toEqual([of.sha256]);
});

test('a full phone gives the part back at once', async () => {
  const phone = new Phone();
  phone.room = 100_000;
  await expect(download(of, phone, { fetch: fetchFrom(server()) })).rejects.toThrow('full');
  expect([...phone.files.keys()]).toEqual([]);
});

test.each([[401, 'signin'], [404, 'gone'], [500, 'server']])('an answer %i is told apart, and what is here stays', async (status, fault) => {
  const phone = new Phone();
  phone.files.set(`${of.sha256}.part`, BYTES.slice(0, 5000));
  await expect(download(of, phone, { fetch: fetchFrom(server({ status })) })).rejects.toThrow(fault);
  expect(phone.files.get(`${of.sha256}.part`)!.length).toBe(5000);
});
