import { Buffer } from 'buffer';
import { URL, URLSearchParams } from './url.js';
import { sleep } from './bridge.js';

/** Header names are case-insensitive; several values are joined (WHATWG Fetch). */
class Headers {
  readonly #values = new Map<string, string>();

  constructor(init?: Iterable<[string, string]> | Record<string, string> | Headers) {
    const entries = init === undefined ? [] : Symbol.iterator in init ? init : Object.entries(init);
    for (const [name, value] of entries) this.append(name, value);
  }
  append(name: unknown, value: unknown): void {
    const known = this.get(name);
    this.set(name, known === null ? value : `${known}, ${String(value)}`);
  }
  set(name: unknown, value: unknown): void {
    this.#values.set(String(name).toLowerCase(), String(value));
  }
  get(name: unknown): string | null {
    return this.#values.get(String(name).toLowerCase()) ?? null;
  }
  has(name: unknown): boolean {
    return this.#values.has(String(name).toLowerCase());
  }
  delete(name: unknown): void {
    this.#values.delete(String(name).toLowerCase());
  }
  forEach(visit: (value: string, name: string, headers: Headers) => void): void {
    for (const [name, value] of this.#values) visit(value, name, this);
  }
  keys() {
    return this.#values.keys();
  }
  values() {
    return this.#values.values();
  }
  entries() {
    return this.#values.entries();
  }
  [Symbol.iterator]() {
    return this.#values.entries();
  }
}

type Listener = (event: { type: string }) => void;

class AbortSignal {
  aborted = false;
  reason: unknown;
  onabort: Listener | null = null;
  readonly #listeners = new Set<Listener>();
  addEventListener(_type: string, listener: Listener): void {
    this.#listeners.add(listener);
  }
  removeEventListener(_type: string, listener: Listener): void {
    this.#listeners.delete(listener);
  }
  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }
  /** Called by the controller only. */
  fire(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.onabort?.({ type: 'abort' });
    for (const listener of this.#listeners) listener({ type: 'abort' });
  }
}

class AbortController {
  readonly signal = new AbortSignal();
  abort(reason: unknown = Object.assign(new Error('This operation was aborted'), { name: 'AbortError' })): void {
    this.signal.fire(reason);
  }
}

let lastTimer = 0;
const timers = new Set<number>();

function setTimeout(callback: (...args: unknown[]) => void, delay: unknown = 0, ...args: unknown[]): number {
  const id = ++lastTimer;
  timers.add(id);
  void fire(id, Math.max(0, Number(delay) || 0), () => callback(...args));
  return id;
}

async function fire(id: number, ms: number, callback: () => void): Promise<void> {
  await sleep(ms);
  if (timers.delete(id)) callback();
}

async function soon(callback: () => void): Promise<void> {
  await Promise.resolve();
  callback();
}

const clearTimeout = (id?: number): void => void (id !== undefined && timers.delete(id));

/** Copies plain data, dates, maps, sets and binary; anything else is refused, as the standard does. */
function structuredClone<Value>(value: Value): Value {
  const copies = new Map<unknown, unknown>();
  const copy = (from: unknown): unknown => {
    if (typeof from === 'function' || typeof from === 'symbol') throw new Error(`${String(from)} could not be cloned.`);
    if (typeof from !== 'object' || from === null) return from;
    if (copies.has(from)) return copies.get(from);
    const to = emptyLike(from);
    copies.set(from, to);
    fill(from, to, copy);
    return to;
  };
  return copy(value) as Value;
}

function emptyLike(from: object): object {
  if (from instanceof Date) return new Date(from.getTime());
  if (from instanceof RegExp) return new RegExp(from.source, from.flags);
  if (from instanceof ArrayBuffer) return from.slice(0);
  if (ArrayBuffer.isView(from)) return Buffer.from(new Uint8Array(from.buffer, from.byteOffset, from.byteLength));
  if (from instanceof Map) return new Map();
  if (from instanceof Set) return new Set();
  if (from instanceof Error) return Object.assign(new Error(from.message), { name: from.name });
  return Array.isArray(from) ? [] : {};
}

function fill(from: object, to: object, copy: (value: unknown) => unknown): void {
  if (from instanceof Map) for (const [key, value] of from) (to as Map<unknown, unknown>).set(copy(key), copy(value));
  else if (from instanceof Set) for (const value of from) (to as Set<unknown>).add(copy(value));
  else if (Array.isArray(from) || Object.getPrototypeOf(to) === Object.prototype) {
    for (const key of Object.keys(from)) (to as Record<string, unknown>)[key] = copy((from as Record<string, unknown>)[key]);
  }
}

const silent = new Proxy({}, { get: () => () => undefined });

Object.assign(globalThis, {
  URL,
  URLSearchParams,
  Headers,
  AbortController,
  AbortSignal,
  setTimeout,
  clearTimeout,
  structuredClone,
  console: silent,
  queueMicrotask: (callback: () => void) => void soon(callback),
  atob: (text: string) => Buffer.from(text, 'base64').toString('latin1'),
  btoa: (text: string) => Buffer.from(text, 'latin1').toString('base64'),
});
