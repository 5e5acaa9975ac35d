import { Buffer } from 'buffer';

/** Bytes of text that a message, its payload or an error may take (spec/functions.md §2.6, §4.2). */
const MAX_BYTES = 99_000;
const CUT = '... (truncated)';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** What an error says of itself, where JSON would say nothing. */
const shown = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value;

/** JSON of a value; undefined where there is none. @throws TypeError for cycles and big integers */
export const jsonOf = (value: unknown): string | undefined => JSON.stringify(value, shown);

/** A value that is short enough: text is cut, objects lose whole properties, the largest ones first to be too long. */
export function fitted<Value>(value: Value): Value;
export function fitted(value: unknown): unknown {
  if (typeof value === 'string') return cut(value);
  let json: string | undefined;
  try {
    json = jsonOf(value);
  } catch (error) {
    return { unserialisable: (error as Error).message };
  }
  if (json === undefined) return undefined;
  const plain = JSON.parse(json) as unknown;
  return isRecord(plain) && Buffer.byteLength(json) > MAX_BYTES ? withoutTheLargest(plain) : plain;
}

export function cut(text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_BYTES) return text;
  const kept = Buffer.from(text).subarray(0, MAX_BYTES).toString('utf8');
  return `${kept.replace(/\ufffd+$/, '')}${CUT}`;
}

/** Small properties say the most for their length, so they are kept first. */
function withoutTheLargest(value: Record<string, unknown>): unknown {
  const sized = Object.entries(value).map(([key, item]) => ({ key, bytes: Buffer.byteLength(JSON.stringify({ [key]: item })) }));
  const kept = new Set<string>();
  let left = MAX_BYTES;
  for (const { key, bytes } of sized.toSorted((a, b) => a.bytes - b.bytes)) {
    left -= bytes;
    if (left < 0) break;
    kept.add(key);
  }
  return Object.fromEntries(Object.entries(value).filter(([key]) => kept.has(key)));
}
