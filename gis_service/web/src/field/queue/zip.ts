/** A ZIP that only stores: photos do not get smaller, and a rescue must need nothing. Names in UTF-8, below 4 GB and 65,535 members. */

export interface Member { name: string; bytes: Blob }

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}

/** One member's bytes are in memory at a time; the archive refers to the blobs it was given. */
export async function zip(members: Member[], at: Date = new Date()): Promise<Blob> {
  if (members.length > 0xffff) throw new RangeError('zip: too many members');
  const parts: BlobPart[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const { name, bytes } of members) {
    const path = new TextEncoder().encode(name);
    const facts = header(crc32(new Uint8Array(await bytes.arrayBuffer())), bytes.size, path.length, at);
    const local = joined(numbers([4, 0x04034b50]), facts, numbers([2, 0]), path);
    directory.push(joined(numbers([4, 0x02014b50], [2, 0x031e]), facts, numbers([2, 0], [2, 0], [2, 0], [2, 0], [4, 0o100600 * 65536], [4, offset]), path));
    parts.push(local, bytes);
    offset += local.length + bytes.size;
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  if (offset + size > 0xffffffff) throw new RangeError('zip: too much for one file');
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, members.length], [2, members.length], [4, size], [4, offset], [2, 0]);
  return new Blob([...parts, ...directory, end], { type: 'application/zip' });
}

/** What stands alike before a member and in the directory: version, UTF-8, stored, time, check sum, sizes, length of the name. */
const header = (crc: number, size: number, name: number, at: Date): Uint8Array<ArrayBuffer> =>
  numbers(
    [2, 20], [2, 0x0800], [2, 0],
    [2, (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1)],
    [2, ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate()],
    [4, crc], [4, size], [4, size], [2, name],
  );

/** Little-endian numbers of 2 or 4 bytes. */
function numbers(...values: [bytes: 2 | 4, value: number][]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(values.reduce((sum, [bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of values) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

function joined(...some: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(some.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of some) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
}
