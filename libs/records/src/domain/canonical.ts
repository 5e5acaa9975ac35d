import { hash } from 'node:crypto';
import { AppError } from '#libs/kernel';
import type { Json, JsonObject } from './json.js';

/** Deeper than any real record, and shallow enough for every recursion that follows. */
const MAX_DEPTH = 200;
/** Half a SHA-256: far beyond accident, and half the space. */
const DIGEST_HEX = 32;

/** Keys of an object as they came, and in order. */
interface KeyOrder {
  readonly keys: readonly string[];
  readonly ordered: readonly string[];
}

/** Digest of a record that does not depend on the order of its keys: equal records never look changed. */
export const digest = (record: JsonObject): string => digester()(record);

/** `digest` for the records of a batch, which mostly have the same keys: at each depth the order of the last ones is kept. */
export function digester(): (record: JsonObject) => string {
  const orders: KeyOrder[] = [];
  return (record) => hash('sha256', JSON.stringify(sorted(record, 0, orders)), 'hex').slice(0, DIGEST_HEX);
}

function sorted(value: Json, depth: number, orders: KeyOrder[]): Json {
  if (value === null || typeof value !== 'object') return value;
  if (depth > MAX_DEPTH) throw new AppError('invalid_record', `a record is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return value.map((item) => sorted(item, depth + 1, orders));
  const keys = Object.keys(value);
  const last = orders[depth];
  const order = last && isSame(keys, last.keys) ? last : { keys, ordered: keys.toSorted() };
  orders[depth] = order;
  const ordered: JsonObject = {};
  for (const key of order.ordered) ordered[key] = sorted(value[key] as Json, depth + 1, orders);
  return ordered;
}

const isSame = (keys: readonly string[], others: readonly string[]): boolean =>
  keys.length === others.length && keys.every((key, n) => key === others[n]);
