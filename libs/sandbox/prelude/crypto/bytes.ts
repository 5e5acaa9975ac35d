import { Buffer } from 'buffer';

export type Data = string | ArrayBuffer | ArrayBufferView;

const asText = (value: unknown): string => String(value);

/** How Node's errors tell what they were given. */
function received(value: unknown): string {
  if (value === undefined || value === null) return `Received ${String(value)}`;
  if (typeof value === 'function') return `Received function ${value.name}`;
  if (typeof value === 'object') return `Received an instance of ${value.constructor.name}`;
  return `Received type ${typeof value} (${typeof value === 'string' ? `'${value}'` : asText(value)})`;
}

export const wrongType = (name: string, expected: string, value: unknown): TypeError =>
  Object.assign(new TypeError(`The "${name}" argument must be ${expected}. ${received(value)}`), {
    code: 'ERR_INVALID_ARG_TYPE',
  });

export const BYTES_EXPECTED = 'of type string or an instance of Buffer, TypedArray, or DataView';

/** The bytes of whatever Node's crypto takes for data. @throws TypeError as Node's */
export function bytesOf(data: unknown, encoding?: string, name = 'data', expected = BYTES_EXPECTED): Buffer {
  if (typeof data === 'string') return Buffer.from(data, encoding as BufferEncoding);
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  throw wrongType(name, expected, data);
}

export const toBase64 = (data: unknown, encoding?: string, name?: string, expected?: string): string =>
  bytesOf(data, encoding, name, expected).toString('base64');

export const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');

/** What a method with an output encoding returns. */
export const encoded = (bytes: Buffer, encoding?: string): Buffer | string =>
  encoding === undefined || encoding === 'buffer' ? bytes : bytes.toString(encoding as BufferEncoding);
