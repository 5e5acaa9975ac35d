/** The same text for the same JSON value, in whatever order its fields come. */
export const canonicalJson = (value: unknown): string => JSON.stringify(value, inOrder) ?? '';

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
