import './buffer.js';
import { Buffer } from 'buffer';
import { bytesOf } from './crypto/bytes.js';

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** The labels of the standard for the encodings there are here (WHATWG Encoding §4.2). */
const LABELS: Readonly<Record<Encoding, string>> = {
  'utf-8': 'unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8',
  'utf-16le': 'csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le',
  'utf-16be': 'unicodefffe utf-16be',
  'windows-1252':
    'ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252',
};

/** Where Windows-1252 is not Latin-1: 0x80 to 0x9f. */
const WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function encodingOf(label: unknown): Encoding {
  const name = String(label).trim().toLowerCase();
  const known = (Object.keys(LABELS) as Encoding[]).find((encoding) => LABELS[encoding].split(' ').includes(name));
  if (known) return known;
  throw Object.assign(new RangeError(`The "${String(label)}" encoding is not supported`), {
    code: 'ERR_ENCODING_NOT_SUPPORTED',
  });
}

class TextEncoder {
  get encoding(): string {
    return 'utf-8';
  }
  encode(text: unknown = ''): Uint8Array {
    return new Uint8Array(Buffer.from(String(text), 'utf8'));
  }
  encodeInto(text: unknown, target: Uint8Array): { read: number; written: number } {
    let [read, written] = [0, 0];
    for (const sign of String(text)) {
      const bytes = Buffer.from(sign, 'utf8');
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      read += sign.length;
      written += bytes.length;
    }
    return { read, written };
  }
  get [Symbol.toStringTag](): string {
    return 'TextEncoder';
  }
}

/** How many bytes at the end begin a character whose rest is still to come. */
function unfinished(bytes: Buffer, encoding: Encoding): number {
  if (encoding === 'windows-1252') return 0;
  if (encoding !== 'utf-8') {
    const odd = bytes.length % 2;
    const unit = bytes.length - odd - 2;
    if (unit < 0) return odd;
    const high = encoding === 'utf-16le' ? bytes[unit + 1] : bytes[unit];
    return high !== undefined && high >= 0xd8 && high < 0xdc ? odd + 2 : odd;
  }
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

function textOf(bytes: Buffer, encoding: Encoding): string {
  switch (encoding) {
    case 'utf-8':
      return bytes.toString('utf8');
    case 'windows-1252':
      return bytes.toString('latin1').replaceAll(/[\x80-\x9f]/g, (sign) => WINDOWS[sign.charCodeAt(0) - 0x80] ?? sign);
    default: {
      const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
      const text = (encoding === 'utf-16be' ? even.swap16() : even).toString('utf16le').toWellFormed();
      return bytes.length % 2 === 0 ? text : `${text}\ufffd`;
    }
  }
}

/** Whether bytes are not what they should be: what stands for them then is not in them. */
function isBroken(bytes: Buffer, text: string, encoding: Encoding): boolean {
  if (encoding === 'windows-1252') return false;
  if (encoding === 'utf-8') return !Buffer.from(text, 'utf8').equals(bytes);
  const back = Buffer.from(text, 'utf16le');
  return !(encoding === 'utf-16be' ? back.swap16() : back).equals(bytes);
}

class TextDecoder {
  readonly #encoding: Encoding;
  readonly #fatal: boolean;
  readonly #ignoreBom: boolean;
  #rest: Buffer = Buffer.alloc(0);
  #hasBegun = false;

  constructor(label: unknown = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    this.#encoding = encodingOf(label);
    this.#fatal = Boolean(options.fatal);
    this.#ignoreBom = Boolean(options.ignoreBOM);
  }
  get encoding(): string {
    return this.#encoding;
  }
  get fatal(): boolean {
    return this.#fatal;
  }
  get ignoreBOM(): boolean {
    return this.#ignoreBom;
  }
  decode(input: ArrayBuffer | ArrayBufferView = new ArrayBuffer(0), { stream = false }: { stream?: boolean } = {}): string {
    const expected = 'an instance of ArrayBuffer or ArrayBufferView';
    const given =
      typeof input === 'string' ? bytesOf(undefined, undefined, 'list', expected) : bytesOf(input, undefined, 'list', expected);
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, given]) : given;
    const kept = stream ? unfinished(all, this.#encoding) : 0;
    const ready = all.subarray(0, all.length - kept);
    this.#rest = Buffer.from(all.subarray(all.length - kept));
    const text = textOf(ready, this.#encoding);
    if (this.#fatal && isBroken(ready, text, this.#encoding)) throw this.#notDecodable();
    const isFirst = !this.#hasBegun;
    this.#hasBegun = stream && (this.#hasBegun || text !== '');
    return isFirst && !this.#ignoreBom && text.startsWith('\ufeff') ? text.slice(1) : text;
  }
  #notDecodable(): TypeError {
    this.#rest = Buffer.alloc(0);
    this.#hasBegun = false;
    return Object.assign(new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`), {
      code: 'ERR_ENCODING_INVALID_ENCODED_DATA',
    });
  }
  get [Symbol.toStringTag](): string {
    return 'TextDecoder';
  }
}

const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?$/;

const invalidCharacter = (message: string): DOMException => new DOMException(message, 'InvalidCharacterError');

function atob(text: unknown): string {
  const packed = String(text).replaceAll(/[\t\n\f\r ]/g, '');
  if (!BASE64.test(packed)) throw invalidCharacter('The string to be decoded is not correctly encoded.');
  return Buffer.from(packed, 'base64').toString('latin1');
}

function btoa(text: unknown): string {
  const given = String(text);
  if (/[^\0-\xff]/.test(given)) throw invalidCharacter('Invalid character');
  return Buffer.from(given, 'latin1').toString('base64');
}

Object.assign(globalThis, { Buffer, TextEncoder, TextDecoder, atob, btoa });
