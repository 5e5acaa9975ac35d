import { Buffer } from 'buffer';

/** What the package does otherwise than Node: it knows no base64url, and replaces each byte of a broken character. */
type Encoding = string | undefined;

const URL_SAFE = 'base64url';
const isUrlSafe = (encoding: unknown): boolean => typeof encoding === 'string' && encoding.toLowerCase() === URL_SAFE;
const isUtf8 = (encoding: unknown): boolean =>
  encoding === undefined || (typeof encoding === 'string' && /^utf-?8$/i.test(encoding));
/** The package reads both alphabets under one name. */
const known = (encoding: Encoding): Encoding => (isUrlSafe(encoding) ? 'base64' : encoding);

// oxlint-disable typescript/unbound-method -- each is called with its own `this` below
const plain = {
  from: Buffer.from as (value: unknown, encoding?: unknown, length?: number) => Buffer,
  byteLength: Buffer.byteLength as (value: unknown, encoding?: Encoding) => number,
  isEncoding: Buffer.isEncoding,
  write: Buffer.prototype.write as unknown as (this: Uint8Array, ...args: unknown[]) => number,
  fill: Buffer.prototype.fill as unknown as (this: Uint8Array, ...args: unknown[]) => Buffer,
  indexOf: Buffer.prototype.indexOf as unknown as (this: Uint8Array, ...args: unknown[]) => number,
  lastIndexOf: Buffer.prototype.lastIndexOf as unknown as (this: Uint8Array, ...args: unknown[]) => number,
  includes: Buffer.prototype.includes as unknown as (this: Uint8Array, ...args: unknown[]) => boolean,
  toString: Buffer.prototype.toString as (this: Uint8Array, encoding?: Encoding, start?: number, end?: number) => string,
};
// oxlint-enable typescript/unbound-method

/** How many continuation bytes a first byte asks for, and what the first of them may be (Unicode table 3-7). */
function sequenceOf(first: number): readonly [more: number, low: number, high: number] | undefined {
  if (first >= 0xc2 && first <= 0xdf) return [1, 0x80, 0xbf];
  if (first >= 0xe0 && first <= 0xef) return [2, first === 0xe0 ? 0xa0 : 0x80, first === 0xed ? 0x9f : 0xbf];
  if (first >= 0xf0 && first <= 0xf4) return [3, first === 0xf0 ? 0x90 : 0x80, first === 0xf4 ? 0x8f : 0xbf];
  return undefined;
}

/** The bytes with one sign for each longest part of a character that is none (WHATWG Encoding, UTF-8 decoder). */
function mended(bytes: Uint8Array): Buffer {
  const parts: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const sequence = sequenceOf(first);
    let length = 1;
    if (sequence) {
      let [, low, high] = sequence;
      while (length <= sequence[0] && (bytes[at + length] ?? 0) >= low && (bytes[at + length] ?? 0) <= high) {
        length += 1;
        [low, high] = [0x80, 0xbf];
      }
    }
    const isWhole = first < 0x80 || (sequence !== undefined && length === sequence[0] + 1);
    if (isWhole) for (let next = 0; next < length; next += 1) parts.push(bytes[at + next] ?? 0);
    else parts.push(0xef, 0xbf, 0xbd);
    at += length;
  }
  return plain.from.call(Buffer, parts);
}

function toString(this: Buffer, encoding?: Encoding, start = 0, end = this.length): string {
  const text = plain.toString.call(this, known(encoding), start, end);
  if (isUrlSafe(encoding)) return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  if (!isUtf8(encoding) || !text.includes('\ufffd')) return text;
  return plain.toString.call(mended(this.subarray(start, end)), 'utf8');
}

/** The encoding is the last of the arguments, wherever that is: the first is never one. */
const knowing = <Result>(method: (this: Uint8Array, ...args: unknown[]) => Result) =>
  function (this: Buffer, first: unknown, ...rest: unknown[]): Result {
    return method.call(this, first, ...withKnownEncoding(rest));
  };

const withKnownEncoding = (args: unknown[]): unknown[] => args.map((arg) => (typeof arg === 'string' ? known(arg) : arg));

function copyBytesFrom(view: NodeJS.TypedArray, offset = 0, length = view.length - offset): Buffer {
  const part = view.subarray(offset, offset + length);
  return plain.from.call(Buffer, plain.from.call(Buffer, part.buffer, part.byteOffset, part.byteLength));
}

const { write, fill, indexOf, lastIndexOf, includes } = plain;
for (const [name, value] of Object.entries({
  toString,
  write: knowing(write),
  fill: knowing(fill),
  indexOf: knowing(indexOf),
  lastIndexOf: knowing(lastIndexOf),
  includes: knowing(includes),
}))
  Object.defineProperty(Buffer.prototype, name, { value, writable: true, configurable: true });
Object.assign(Buffer, {
  from: (value: unknown, encoding?: unknown, length?: number) =>
    plain.from.call(Buffer, value, typeof encoding === 'string' ? known(encoding) : encoding, length),
  copyBytesFrom,
  byteLength: (value: unknown, encoding?: Encoding) => plain.byteLength.call(Buffer, value, known(encoding)),
  isEncoding: (encoding: unknown) => isUrlSafe(encoding) || plain.isEncoding.call(Buffer, encoding as string),
});
