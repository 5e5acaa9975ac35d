import { createCipheriv, type KeyObject } from 'node:crypto';
import { BLOCK_BYTES, Ghash } from './ghash.js';

/** From here on a value is sealed faster alone: OpenSSL is slow to begin and fast to go on. */
const MOST_TEXT_BYTES = 1024;
const MOST_AAD_BYTES = 2048;
const MOST_UTF8_PER_UNIT = 3;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A value whose place is laid out: nonce, tag and ciphertext lie one behind the other. */
export interface Laid {
  readonly text: string;
  readonly aad: string;
  /** Bytes of the text. */
  readonly size: number;
  /** Where its nonce is. */
  readonly at: number;
}

export const isSmall = ({ size, aad }: Pick<Laid, 'size' | 'aad'>): boolean =>
  size <= MOST_TEXT_BYTES && aad.length * MOST_UTF8_PER_UNIT <= MOST_AAD_BYTES;

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const padded = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;

/**
 * AES-256-GCM of many small values under one key, each under a nonce of its own, byte for byte as OpenSSL does it. OpenSSL encrypts the
 * counters of them all in one call; five calls for each value take several times as long as all there is to compute.
 */
export class GcmPass {
  readonly #ghash: Ghash;
  /** What is hashed of a value: associated data, ciphertext, the lengths of both. */
  readonly #hashed = Buffer.alloc(MOST_AAD_BYTES + MOST_TEXT_BYTES + BLOCK_BYTES);
  readonly #view = viewOf(this.#hashed);
  readonly #hash = new Int32Array(4);

  constructor(private readonly key: KeyObject) {
    this.#ghash = new Ghash(this.#encryptBlocks(Buffer.alloc(BLOCK_BYTES)));
  }

  /** @param into where the nonces are written already, each used for nothing else */
  seal(values: readonly Laid[], into: Buffer): void {
    const keystream = this.#keystream(values, into);
    const stream = viewOf(keystream);
    let from = 0;
    for (const value of values) {
      this.#sealOne(value, stream, from, into);
      from += BLOCK_BYTES + padded(value.size);
    }
  }

  /** For each value the block that masks its tag, then those that mask its text (NIST SP 800-38D §7.1). */
  #keystream(values: readonly Laid[], nonces: Buffer): Buffer {
    const counters = Buffer.allocUnsafe(values.reduce((sum, { size }) => sum + BLOCK_BYTES + padded(size), 0));
    const [from, to] = [viewOf(nonces), viewOf(counters)];
    let at = 0;
    for (const { at: nonceAt, size } of values) {
      const nonce = [from.getInt32(nonceAt), from.getInt32(nonceAt + 4), from.getInt32(nonceAt + 8)] as const;
      const blocks = 1 + padded(size) / BLOCK_BYTES;
      for (let n = 1; n <= blocks; n += 1, at += BLOCK_BYTES) {
        to.setInt32(at, nonce[0]);
        to.setInt32(at + 4, nonce[1]);
        to.setInt32(at + 8, nonce[2]);
        to.setInt32(at + NONCE_BYTES, n);
      }
    }
    return this.#encryptBlocks(counters);
  }

  #sealOne({ text, aad, size, at }: Laid, stream: DataView, from: number, into: Buffer): void {
    const view = this.#view;
    const aadSize = this.#hashed.write(aad, 0);
    const start = padded(aadSize);
    const end = start + padded(size);
    this.#hashed.fill(0, aadSize, start);
    this.#hashed.write(text, start);
    for (let n = 0; n < end - start; n += 4) {
      view.setInt32(start + n, view.getInt32(start + n) ^ stream.getInt32(from + BLOCK_BYTES + n));
    }
    this.#hashed.fill(0, start + size, end + BLOCK_BYTES);
    view.setUint32(end + 4, aadSize * 8);
    view.setUint32(end + 12, size * 8);
    this.#ghash.write(view, end + BLOCK_BYTES, this.#hash);
    for (let word = 0; word < 4; word += 1) {
      into.writeInt32BE((this.#hash[word] as number) ^ stream.getInt32(from + 4 * word), at + NONCE_BYTES + 4 * word);
    }
    this.#hashed.copy(into, at + NONCE_BYTES + TAG_BYTES, start, start + size);
  }

  /** Of single blocks only, each another one: counters. */
  #encryptBlocks(blocks: Buffer): Buffer {
    const cipher = createCipheriv('aes-256-ecb', this.key, null);
    cipher.setAutoPadding(false);
    return Buffer.concat([cipher.update(blocks), cipher.final()]);
  }
}
