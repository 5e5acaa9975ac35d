const UNSTORABLE = /\\u0000|\\ud[89a-f]/i;

/** JSON text that PostgreSQL accepts: it refuses NUL characters and halves of surrogate pairs. */
export function toStorableJson(value: unknown): string {
  const text = JSON.stringify(value);
  return UNSTORABLE.test(text) ? JSON.stringify(clean(value)) : text;
}

const cleanText = (text: string) => text.replaceAll('\0', '').toWellFormed();

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), clean(item)]));
}

const MAX_META_BYTES = 99_000;

/** Meta data of a message, or a note in its place when it is too large or cannot be written as JSON. */
export function boundedMeta(meta: unknown): { meta: unknown; size: number } {
  if (meta === undefined) return { meta, size: 0 };
  const text = asJson(meta);
  if (text === undefined) return { meta: { note: 'not serialisable' }, size: 0 };
  const size = Buffer.byteLength(text);
  return size <= MAX_META_BYTES ? { meta, size } : { meta: { note: `left out: ${size} bytes` }, size: 0 };
}

function asJson(meta: unknown): string | undefined {
  try {
    return JSON.stringify(meta);
  } catch {
    return undefined;
  }
}

/** The same as text that PostgreSQL accepts. */
export function boundedText(meta: unknown): string {
  const text = asJson(meta);
  if (text !== undefined && text.length <= SURELY_FITS && !UNSTORABLE.test(text)) return text;
  return toStorableJson(boundedMeta(meta).meta);
}

/** Characters that fit whatever they take as UTF-8. */
const SURELY_FITS = MAX_META_BYTES / 3;
