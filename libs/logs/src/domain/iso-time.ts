const MOST = 64;
const texts = new Map<number, string>();

/** A moment as ISO 8601 text; made once for all that happens within a millisecond. */
export function isoTime(ms: number): string {
  const known = texts.get(ms);
  if (known !== undefined) return known;
  if (texts.size >= MOST) texts.clear();
  const text = new Date(ms).toISOString();
  texts.set(ms, text);
  return text;
}
