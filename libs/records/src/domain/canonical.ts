import { hash } from 'node:crypto';
import { AppError } from '#libs/kernel';
import type { Json, JsonObject } from './json.js';

/** Deeper than any real record, and shallow enough for every recursion that follows. */
const MAX_DEPTH = 200;
/** Half a SHA-256: far beyond accident, and half the space. */
const DIGEST_HEX = 32;

/** Digest of a record that does not depend on the order of its keys: equal records never look changed. */
export const digest = (record: JsonObject): string =>
  hash('sha256', JSON.stringify(sorted(record, 0)), 'hex').slice(0, DIGEST_HEX);

function sorted(value: Json, depth: number): Json {
  if (value === null || typeof value !== 'object') return value;
  if (depth > MAX_DEPTH) throw new AppError('invalid_record', `a record is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return value.map((item) => sorted(item, depth + 1));
  const ordered: JsonObject = {};
  for (const key of Object.keys(value).toSorted()) ordered[key] = sorted(value[key] as Json, depth + 1);
  return ordered;
}
