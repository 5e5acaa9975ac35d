import { DOMException } from './dom-exception.js';

/** Kinds of errors that keep their kind (HTML §2.7.3). */
const ERRORS: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

const notCloneable = (value: unknown): DOMException =>
  new DOMException(
    `${typeof value === 'function' || typeof value === 'symbol' ? String(value) : `#<${tagOf(value)}>`} could not be cloned.`,
    'DataCloneError',
  );

type Clone = (from: unknown) => unknown;

/** One run of the algorithm: what was met before is not copied again, so cycles and shared parts stay. */
function cloner(copies: Map<unknown, unknown>): Clone {
  const clone: Clone = (from) => {
    if (typeof from === 'function' || typeof from === 'symbol') throw notCloneable(from);
    if (typeof from !== 'object' || from === null) return from;
    if (copies.has(from)) return copies.get(from);
    const to = emptyLike(from, clone);
    copies.set(from, to);
    fill(from, to, clone);
    return to;
  };
  return clone;
}

function emptyLike(from: object, clone: Clone): object {
  if (from instanceof Date) return new Date(from.getTime());
  if (from instanceof RegExp) return new RegExp(from.source, from.flags);
  if (from instanceof ArrayBuffer) return from.slice(0);
  if (ArrayBuffer.isView(from)) return viewLike(from, clone);
  if (from instanceof Map) return new Map();
  if (from instanceof Set) return new Set();
  if (from instanceof Error) return errorLike(from);
  if (Array.isArray(from)) return Object.assign([], { length: from.length });
  if (['Boolean', 'Number', 'String', 'BigInt'].includes(tagOf(from))) return Object(from.valueOf()) as object;
  if (isHostLike(from)) throw notCloneable(from);
  return {};
}

/** Of which the standard says that they are no data. */
const isHostLike = (from: object): boolean => [WeakMap, WeakSet, WeakRef, Promise, Symbol].some((kind) => from instanceof kind);

/** A view, also a Buffer, becomes what the language itself has for it; views of one buffer share one still. */
function viewLike(from: ArrayBufferView, clone: Clone): object {
  const buffer = clone(from.buffer) as ArrayBuffer;
  if (from instanceof DataView) return new DataView(buffer, from.byteOffset, from.byteLength);
  const kind = (globalThis as unknown as Record<string, Uint8ArrayConstructor>)[tagOf(from)] ?? Uint8Array;
  return new kind(buffer, from.byteOffset, (from as Uint8Array).length);
}

function errorLike(from: Error): Error {
  const Kind = ERRORS[from.name] ?? Error;
  const to = Object.create(Kind.prototype) as Error;
  for (const name of ['stack', 'message'] as const) {
    if (Object.hasOwn(from, name)) Object.defineProperty(to, name, hidden(String(from[name])));
  }
  return Object.setPrototypeOf(
    Object.defineProperties(new Error(), Object.getOwnPropertyDescriptors(to)),
    Kind.prototype,
  ) as Error;
}

/** What a getter adds to a collection while it is copied does not belong to the copy. */
const copyOf = <Item>(items: Iterable<Item>): Item[] => Array.from(items);

const hidden = (value: unknown): PropertyDescriptor => ({ value, writable: true, configurable: true, enumerable: false });

function fill(from: object, to: object, clone: Clone): void {
  if (from instanceof Map) for (const [key, value] of copyOf(from)) (to as Map<unknown, unknown>).set(clone(key), clone(value));
  else if (from instanceof Set) for (const value of copyOf(from)) (to as Set<unknown>).add(clone(value));
  else if (from instanceof Error) {
    if (Object.hasOwn(from, 'cause')) Object.defineProperty(to, 'cause', hidden(clone(from.cause)));
  } else if (Array.isArray(to) || Object.getPrototypeOf(to) === Object.prototype) {
    for (const key of Object.keys(from)) {
      const value = clone((from as Record<string, unknown>)[key]);
      Object.defineProperty(to, key, { value, writable: true, configurable: true, enumerable: true });
    }
  }
}

function structuredClone<Value>(value: Value, options: { transfer?: Iterable<ArrayBuffer> } = {}): Value {
  const copies = new Map<unknown, unknown>();
  for (const buffer of options.transfer ?? []) {
    if (!(buffer instanceof ArrayBuffer)) throw notCloneable(buffer);
    copies.set(buffer, buffer.transfer());
  }
  return cloner(copies)(value) as Value;
}

Object.assign(globalThis, { structuredClone });
