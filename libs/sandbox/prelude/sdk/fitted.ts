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
  return isRecord(plain) && !fits(json) ? withoutTheLargest(plain) : plain;
}

export function cut(text: string): string {
  return fits(text) ? text : text.slice(0, bytesUpTo(text, MAX_BYTES).end) + CUT;
}

/** No character of UTF-16 takes more than three bytes in UTF-8. */
const fits = (text: string): boolean => text.length * 3 <= MAX_BYTES || bytesUpTo(text, MAX_BYTES).end === text.length;

/**
 * Bytes of a text in UTF-8, up to a limit, and where the last whole character within it ends. One that is longer counts as one more than
 * the limit: how long it is, is not worth the time.
 */
function bytesUpTo(text: string, limit: number): { bytes: number; end: number } {
  let bytes = 0;
  let end = 0;
  while (end < text.length) {
    const point = text.codePointAt(end) ?? 0;
    const more = point < 0x80 ? 1 : point < 0x8_00 ? 2 : point < 0x1_00_00 ? 3 : 4;
    if (bytes + more > limit) return { bytes: limit + 1, end };
    bytes += more;
    end += more === 4 ? 2 : 1;
  }
  return { bytes, end };
}

/** Small properties say the most for their length, so they are kept first. */
function withoutTheLargest(value: Record<string, unknown>): unknown {
  const sized = Object.entries(value).map(([key, item]) => ({
    key,
    bytes: bytesUpTo(JSON.stringify({ [key]: item }), MAX_BYTES).bytes,
  }));
  const kept = new Set<string>();
  let left = MAX_BYTES;
  for (const { key, bytes } of sized.toSorted((a, b) => a.bytes - b.bytes)) {
    left -= bytes;
    if (left < 0) break;
    kept.add(key);
  }
  return Object.fromEntries(Object.entries(value).filter(([key]) => kept.has(key)));
}
