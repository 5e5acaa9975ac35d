/** Parsed JSON, or a form, of which nothing is known. */
export type Answer = Readonly<Record<string, unknown>>;

/** The fields of an answer; none where it is a list, text or a number. */
export function fieldsOf(value: unknown): Answer {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Answer) : {};
}

/** A value by name: a literal key wins over a dotted path, since copied fields keep names such as `team.id`. */
export function valueAt(from: unknown, path: string): unknown {
  if (typeof from !== 'object' || from === null) return undefined;
  if (Object.hasOwn(from, path)) return (from as Answer)[path];
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(from, head)) continue;
    const value = valueAt((from as Answer)[head], path.slice(dot + 1));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Text that is not empty; numbers and booleans as text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A finite number, or text that is one. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
