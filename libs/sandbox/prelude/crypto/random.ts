import { Buffer } from 'buffer';
import { hostNow } from '../host-now.js';
import { fromBase64, wrongType } from './bytes.js';
import { later } from './derived.js';

type Done<Value> = (error: Error | null, value?: Value) => void;

const bytes = (size: number): Buffer => fromBase64(hostNow('crypto.random', { size }));

export function randomBytes(size: number, done?: Done<Buffer>): Buffer | undefined {
  if (typeof size !== 'number') throw wrongType('size', 'of type number', size);
  if (done === undefined) return bytes(size);
  later(() => bytes(size), done);
  return undefined;
}

export function randomUUID(): string {
  return hostNow('crypto.uuid', {});
}

export function randomFillSync<View extends ArrayBufferView>(view: View, offset = 0, size?: number): View {
  const target = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  target.set(bytes(size ?? target.length - offset), offset);
  return view;
}

export const getRandomValues = <View extends ArrayBufferView>(view: View): View => randomFillSync(view);

const MAX_RANGE = 2 ** 48 - 1;

const outOfRange = (message: string): RangeError => Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' });

/** Even over its range: what would favour the lower numbers is drawn again. */
function integer(min: number, max: number): number {
  if (!Number.isSafeInteger(min)) throw wrongType('min', 'a safe integer', min);
  if (!Number.isSafeInteger(max)) throw wrongType('max', 'a safe integer', max);
  if (max <= min)
    throw outOfRange(`The value of "max" is out of range. It must be greater than the value of "min" (${min}). Received ${max}`);
  const range = max - min;
  if (range > MAX_RANGE)
    throw outOfRange(`The value of "max - min" is out of range. It must be <= ${MAX_RANGE}. Received ${range}`);
  const even = 2 ** 48 - (2 ** 48 % range);
  for (;;) {
    const drawn = bytes(6).readUIntBE(0, 6);
    if (drawn < even) return min + (drawn % range);
  }
}

export function randomInt(min: number, max?: number | Done<number>, done?: Done<number>): number | undefined {
  const isShort = max === undefined || typeof max === 'function';
  const [low, high, callback] = isShort ? [0, min, max] : [min, max, done];
  if (callback === undefined) return integer(low, high);
  later(() => integer(low, high), callback);
  return undefined;
}

export function timingSafeEqual(a: ArrayBufferView, b: ArrayBufferView): boolean {
  for (const [name, view] of [
    ['buf1', a],
    ['buf2', b],
  ] as const) {
    if (!ArrayBuffer.isView(view)) throw wrongType(name, 'an instance of ArrayBuffer, Buffer, TypedArray, or DataView', view);
  }
  if (a.byteLength !== b.byteLength)
    throw Object.assign(new RangeError('Input buffers must have the same byte length'), {
      code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH',
    });
  const [left, right] = [a, b].map((view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)) as [
    Uint8Array,
    Uint8Array,
  ];
  let difference = 0;
  for (let at = 0; at < left.length; at += 1) difference |= (left[at] ?? 0) ^ (right[at] ?? 0);
  return difference === 0;
}
