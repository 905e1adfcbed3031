/**
 * 救援文件: everything of this person that the server has not made rows of, in one signed ZIP that any hand can carry.
 *
 *     manifest.json   {format, device, person, made_at, app, records: [{uuid, sha256}], files: [{sha256, size, media_type}], signature}
 *     records.jsonl   one {uuid, text, sha256} a line, in the order they were made
 *     files/<sha256>  the bytes of each file
 *
 * `signature` (base64 of r‖s) is ECDSA P-256 with SHA-256 by the phone's key over `statement(manifest)`: plain lines, so that nobody has to
 * agree on how JSON is written. The server knows the public key from the phone's earlier visits.
 */
import { device, type FileStateRow, type StateRow } from './db';
import { APP, type Keeping } from './keep';
import type { Sent } from './wire';
import { zip, type Member } from './zip';

const FORMAT = 'gis-field-rescue-1';

export interface Manifest {
  format: typeof FORMAT; device: string; person: number; made_at: number; app: string;
  records: { uuid: string; sha256: string }[]; files: { sha256: string; size: number; media_type: string }[];
}

/** What is signed: the format, device, person and time, then each record and each file, one a line. */
export function statement(manifest: Manifest): string {
  const { format, device: phone, person, made_at, records, files } = manifest;
  return [
    format, phone, person, made_at, ...records.map((one) => `${one.uuid} ${one.sha256}`), ...files.map((one) => `${one.sha256} ${one.size}`),
  ].join('\n');
}

export async function rescue(keeping: Keeping): Promise<File> {
  const { id, keys } = await device();
  const { records, files } = await unfinished(keeping);
  const manifest: Manifest = {
    format: FORMAT, device: id, person: keeping.person.id, made_at: Date.now(), app: APP,
    records: records.map(({ uuid, sha256 }) => ({ uuid, sha256 })),
    files: files.map(({ row }) => ({ sha256: row.sha256, size: row.size_bytes, media_type: row.media_type })),
  };
  const signed = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, new TextEncoder().encode(statement(manifest)));
  const signature = btoa(String.fromCharCode(...new Uint8Array(signed)));
  const members: Member[] = [
    { name: 'manifest.json', bytes: new Blob([JSON.stringify({ ...manifest, signature }, null, 1)]) },
    { name: 'records.jsonl', bytes: new Blob(records.map((one) => `${JSON.stringify(one)}\n`)) },
    ...files.map(({ row, bytes }) => ({ name: `files/${row.sha256}`, bytes })),
  ];
  const day = new Date(manifest.made_at).toISOString().slice(0, 16).replace(/[-:T]/g, '');
  return new File([await zip(members)], `xuncha-${keeping.person.id}-${day}.zip`, { type: 'application/zip' });
}

/** Records that are not stored, in order, and the files that are not, as far as their bytes are here. */
async function unfinished(keeping: Keeping): Promise<{ records: Sent[]; files: { row: FileStateRow; bytes: Blob }[] }> {
  const db = await keeping.db();
  const rows = (await db.getAll('states')).filter((row) => row.state !== 'stored').sort((a: StateRow, b: StateRow) => a.seq - b.seq);
  const records: Sent[] = [];
  for (const { uuid } of rows) {
    const row = await db.get('records', uuid);
    if (row) records.push({ uuid, text: row.text, sha256: row.sha256 });
  }
  const files: { row: FileStateRow; bytes: Blob }[] = [];
  for (const row of await db.getAllFromIndex('file_states', 'state', 'waiting')) {
    const bytes = await keeping.file(row.sha256);
    if (bytes) files.push({ row, bytes });
  }
  return { records, files };
}
