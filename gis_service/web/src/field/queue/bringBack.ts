/** From the copies into a database that is new or was made anew: as if each record had just been saved. What was sent already is a duplicate to the server. */
import type { Found } from './copies';
import { rowsOf, write, type FileStateRow, type PersonDb } from './db';

/** `lastSeq`: the last number this phone is known to have given. Answers how many records and files wait again. */
export async function bringBack(db: PersonDb, { texts, files }: Found, lastSeq: number): Promise<{ records: number; files: number }> {
  const rows = await Promise.all(texts.map(rowsOf));
  const named = new Set(rows.flatMap(({ state }) => state.files));
  await write(db, ['records', 'states', 'files', 'file_states', 'counters'], async (tx) => {
    for (const { record, state } of rows) {
      if (await tx.objectStore('states').get(state.uuid)) continue;
      await tx.objectStore('records').put(record);
      await tx.objectStore('states').put(state);
    }
    for (const hash of new Set([...named, ...files.keys()])) {
      if (await tx.objectStore('file_states').get(hash)) continue;
      const bytes = files.get(hash);
      if (bytes) await tx.objectStore('files').put({ sha256: hash, bytes });
      await tx.objectStore('file_states').put(fileState(hash, bytes, named.has(hash)));
    }
    const known = (await tx.objectStore('counters').get('seq'))?.value ?? 0;
    await tx.objectStore('counters').put({ key: 'seq', value: Math.max(known, lastSeq, ...rows.map(({ state }) => state.seq)) });
    await tx.objectStore('counters').put({ key: 'whole', value: 1 });
  });
  return { records: rows.length, files: [...named].filter((hash) => files.has(hash)).length };
}

/** A file that has no copy went to the server before its record did; if it did not, the server says that it waits for it. */
const fileState = (hash: string, bytes: Blob | undefined, named: boolean): FileStateRow => ({
  sha256: hash, size_bytes: bytes?.size ?? 0, media_type: bytes?.type ?? '', state: !bytes ? 'stored' : named ? 'waiting' : 'loose', kept_at: Date.now(),
  done_at: bytes ? null : Date.now(), trouble: null,
});
