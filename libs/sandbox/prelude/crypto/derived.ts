import type { Buffer } from 'buffer';
import { hostNow } from '../host-now.js';
import { type Data, fromBase64, toBase64, wrongType } from './bytes.js';
import { secretOf } from './keys.js';

type Done<Value> = (error: Error | null, value?: Value) => void;

/** Calls back later, as Node does, whatever the outcome. */
export function later<Value>(work: () => Value, done: Done<Value>): void {
  if (typeof done !== 'function') throw wrongType('callback', 'of type function', done);
  let outcome: [Error | null, Value?];
  try {
    outcome = [null, work()];
  } catch (error) {
    outcome = [error as Error];
  }
  queueMicrotask(() => done(...outcome));
}

export function pbkdf2Sync(password: Data, salt: Data, iterations: number, length: number, digest: string): Buffer {
  const facts = { password: toBase64(password, undefined, 'password'), salt: toBase64(salt, undefined, 'salt') };
  return fromBase64(hostNow('crypto.pbkdf2', { ...facts, iterations, length, digest }));
}

export function pbkdf2(password: Data, salt: Data, iterations: number, length: number, digest: string, done: Done<Buffer>): void {
  later(() => pbkdf2Sync(password, salt, iterations, length, digest), done);
}

export function scryptSync(password: Data, salt: Data, length: number, options?: object): Buffer {
  const facts = { password: toBase64(password, undefined, 'password'), salt: toBase64(salt, undefined, 'salt') };
  return fromBase64(hostNow('crypto.scrypt', { ...facts, length, options }));
}

export function scrypt(password: Data, salt: Data, length: number, options: object | Done<Buffer>, done?: Done<Buffer>): void {
  const isShort = typeof options === 'function';
  later(() => scryptSync(password, salt, length, isShort ? undefined : options), (isShort ? options : done) as Done<Buffer>);
}

export function hkdfSync(digest: string, key: unknown, salt: Data, info: Data, length: number): ArrayBuffer {
  const facts = { digest, key: secretOf(key), salt: toBase64(salt), info: toBase64(info), length };
  const bytes = fromBase64(hostNow('crypto.hkdf', facts));
  return new Uint8Array(bytes).buffer;
}

export function hkdf(digest: string, key: unknown, salt: Data, info: Data, length: number, done: Done<ArrayBuffer>): void {
  later(() => hkdfSync(digest, key, salt, info, length), done);
}
