import 'fake-indexeddb/auto';

import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test } from 'vitest';

import { device } from '../src/field/queue/db';
import { Keeping } from '../src/field/queue/keep';
import { rescue, statement, type Manifest } from '../src/field/queue/rescue';
import { crc32, zip } from '../src/field/queue/zip';

beforeEach(() => (globalThis.indexedDB = new IDBFactory()));

/** Reads a stored member by its local header. */
function member(bytes: Uint8Array<ArrayBuffer>, name: string): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer);
  for (let at = 0; view.getUint32(at, true) === 0x04034b50; ) {
    const [size, length] = [view.getUint32(at + 18, true), view.getUint16(at + 26, true)];
    const data = at + 30 + length;
    if (new TextDecoder().decode(bytes.subarray(at + 30, data)) === name) return bytes.slice(data, data + size);
    at = data + size;
  }
  throw new Error(`no ${name}`);
}

test('the check sum of a ZIP is that of the standard', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
});

test('too much for one ZIP is refused, not cut', async () => {
  await expect(zip(Array.from({ length: 65_536 }, (_, n) => ({ name: String(n), bytes: new Blob([]) })))).rejects.toThrow(RangeError);
});

test('a rescue file holds what is not stored, byte for byte, and is signed by the phone', async () => {
  const keeping = new Keeping({ id: 3, name: '巡查员甲' });
  const kept = await keeping.keepFile(new Blob(['照片']), 'image/jpeg');
  const uuid = await keeping.save('patrol.end', { at: 1, records: 1, photos: [{ ...kept, kind: 'original' }] });
  const bytes = new Uint8Array(await (await rescue(keeping)).arrayBuffer());
  const { signature, ...manifest } = JSON.parse(new TextDecoder().decode(member(bytes, 'manifest.json'))) as Manifest & { signature: string };
  const [row] = await (await keeping.db()).getAll('records');
  expect(manifest).toMatchObject({ person: 3, records: [{ uuid, sha256: row!.sha256 }], files: [{ sha256: kept.sha256, size: 6, media_type: 'image/jpeg' }] });
  expect(JSON.parse(new TextDecoder().decode(member(bytes, 'records.jsonl')))).toEqual({ uuid, text: row!.text, sha256: row!.sha256 });
  expect(new TextDecoder().decode(member(bytes, `files/${kept.sha256}`))).toBe('照片');
  const { keys } = await device();
  const proof = Uint8Array.from(atob(signature), (sign) => sign.charCodeAt(0));
  const verify = (text: string): Promise<boolean> => crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, keys.publicKey, proof, new TextEncoder().encode(text));
  expect(await verify(statement(manifest))).toBe(true);
  expect(await verify(statement({ ...manifest, person: 4 }))).toBe(false);
  await expect(crypto.subtle.exportKey('jwk', keys.privateKey)).rejects.toThrow();
});
