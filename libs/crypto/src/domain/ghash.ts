export const BLOCK_BYTES = 16;
/** x^128 = 1 + x + x^2 + x^7, bits reflected as GCM has them. */
const REDUCTION = 0xe1000000;
const ENTRIES = 256;
/** Numbers in the tables of four of a block's bytes: each byte has its own, each entry four numbers. */
const WORD_ENTRIES = 4 * ENTRIES * 4;

/** The hash of GCM under one key (NIST SP 800-38D §6.4): multiplies by looking up what each byte of a block contributes. */
export class Ghash {
  readonly #table: Int32Array;

  /** @param key the block of zeros, encrypted */
  constructor(key: Buffer) {
    this.#table = tableOf(key);
  }

  /** Hash of whole blocks, from the first byte to `end`, written over `into`. */
  write(blocks: DataView, end: number, into: Int32Array): void {
    const table = this.#table;
    into.fill(0);
    for (let at = 0; at < end; at += BLOCK_BYTES) {
      let [z0, z1, z2, z3] = [0, 0, 0, 0];
      for (let word = 0; word < 4; word += 1) {
        const bytes = (into[word] as number) ^ blocks.getInt32(at + 4 * word);
        const a = word * WORD_ENTRIES + ((bytes >>> 22) & 0x3fc);
        const b = word * WORD_ENTRIES + 0x400 + ((bytes >>> 14) & 0x3fc);
        const c = word * WORD_ENTRIES + 0x800 + ((bytes >>> 6) & 0x3fc);
        const d = word * WORD_ENTRIES + 0xc00 + ((bytes << 2) & 0x3fc);
        z0 ^= (table[a] as number) ^ (table[b] as number) ^ (table[c] as number) ^ (table[d] as number);
        z1 ^= (table[a + 1] as number) ^ (table[b + 1] as number) ^ (table[c + 1] as number) ^ (table[d + 1] as number);
        z2 ^= (table[a + 2] as number) ^ (table[b + 2] as number) ^ (table[c + 2] as number) ^ (table[d + 2] as number);
        z3 ^= (table[a + 3] as number) ^ (table[b + 3] as number) ^ (table[c + 3] as number) ^ (table[d + 3] as number);
      }
      into[0] = z0;
      into[1] = z1;
      into[2] = z2;
      into[3] = z3;
    }
  }
}

function tableOf(key: Buffer): Int32Array {
  const table = new Int32Array(BLOCK_BYTES * ENTRIES * 4);
  let power: Block = [key.readInt32BE(0), key.readInt32BE(4), key.readInt32BE(8), key.readInt32BE(12)];
  for (let bit = 0; bit < 128; bit += 1) {
    for (let byte = 0; byte < ENTRIES; byte += 1) {
      if ((byte & (0x80 >> (bit & 7))) === 0) continue;
      const at = ((bit >> 3) * ENTRIES + byte) * 4;
      power.forEach((word, n) => (table[at + n] = (table[at + n] as number) ^ word));
    }
    power = timesX(power);
  }
  return table;
}

type Block = readonly [number, number, number, number];

const timesX = ([a, b, c, d]: Block): Block => [
  (a >>> 1) ^ (d & 1 ? REDUCTION : 0),
  (b >>> 1) | (a << 31),
  (c >>> 1) | (b << 31),
  (d >>> 1) | (c << 31),
];
