/** SHA-256 piece by piece (FIPS 180-4): the browser's own can only hash what lies in memory as a whole, and a package may be larger. */

const PRIMES: number[] = [];
for (let n = 2; PRIMES.length < 64; n += 1) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);
const fraction = (value: number): number => Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;
const K = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const turn = (x: number, by: number): number => (x >>> by) | (x << (32 - by));

export class Sha256 {
  private state = Int32Array.from(START);
  private words = new Int32Array(64);
  private rest = new Uint8Array(64);
  private held = 0;
  private bytes = 0;

  update(piece: Uint8Array): this {
    this.bytes += piece.length;
    let at = 0;
    if (this.held) {
      const taken = Math.min(64 - this.held, piece.length);
      this.rest.set(piece.subarray(0, taken), this.held);
      this.held += taken;
      at = taken;
      if (this.held < 64) return this;
      this.block(this.rest, 0);
      this.held = 0;
    }
    for (; at + 64 <= piece.length; at += 64) this.block(piece, at);
    this.rest.set(piece.subarray(at));
    this.held = piece.length - at;
    return this;
  }

  hex(): string {
    const { bytes } = this;
    const padded = new Uint8Array(((this.held < 56 ? 1 : 2) * 64) - this.held);
    padded[0] = 0x80;
    new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(bytes) * 8n);
    this.update(padded);
    return Array.from(this.state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  private block(from: Uint8Array, at: number): void {
    const { words, state } = this;
    for (let i = 0; i < 16; i += 1) {
      const j = at + i * 4;
      words[i] = (from[j]! << 24) | (from[j + 1]! << 16) | (from[j + 2]! << 8) | from[j + 3]!;
    }
    for (let i = 16; i < 64; i += 1) {
      const [w15, w2] = [words[i - 15]!, words[i - 2]!];
      words[i] = words[i - 16]! + words[i - 7]! + (turn(w15, 7) ^ turn(w15, 18) ^ (w15 >>> 3)) + (turn(w2, 17) ^ turn(w2, 19) ^ (w2 >>> 10));
    }
    let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!, e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
    for (let i = 0; i < 64; i += 1) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i]! + words[i]!) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i] = (state[i]! + value) | 0));
  }
}
