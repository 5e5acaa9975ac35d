import { createHash } from 'node:crypto';

export const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The same for the same JSON value, in whatever order its fields come. */
export const requestDigest = (request: unknown): Buffer => digestOf(JSON.stringify(request, inOrder) ?? '');

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
