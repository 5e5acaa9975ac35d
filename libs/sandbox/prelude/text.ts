import { Buffer } from 'buffer';

/** UTF-8 only, as far as functions use it (WHATWG Encoding). */
class Encoder {
  readonly encoding = 'utf-8';
  encode(text: unknown = ''): Uint8Array {
    return new Uint8Array(Buffer.from(String(text), 'utf8'));
  }
}

class Decoder {
  readonly encoding = 'utf-8';
  readonly #ignoreBom: boolean;
  constructor(label = 'utf-8', options: { ignoreBOM?: boolean } = {}) {
    if (!/^(utf-?8|unicode-1-1-utf-8)$/i.test(label)) throw new RangeError(`the encoding "${label}" is not supported`);
    this.#ignoreBom = options.ignoreBOM ?? false;
  }
  decode(input?: ArrayBuffer | ArrayBufferView): string {
    if (input === undefined) return '';
    const bytes = ArrayBuffer.isView(input) ? Buffer.from(input.buffer, input.byteOffset, input.byteLength) : Buffer.from(input);
    const text = bytes.toString('utf8');
    return !this.#ignoreBom && text.startsWith('\ufeff') ? text.slice(1) : text;
  }
}

Object.assign(globalThis, { Buffer, TextEncoder: Encoder, TextDecoder: Decoder });
