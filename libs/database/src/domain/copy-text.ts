/** A column's value as COPY reads it; null and undefined are NULL. */
export type CopyValue = string | number | null | undefined;

const NULL = String.raw`\N`;
const SPECIAL = /[\\\t\n\r\0]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '' };

/** A row in the text format of COPY (PostgreSQL documentation, COPY, "Text Format"). NUL characters, which no text may hold, are left out. */
export function copyLine(values: readonly CopyValue[]): string {
  // Joined, which makes one string: added up it would hold on to all its parts.
  return `${values.map(fieldOf).join('\t')}\n`;
}

function fieldOf(value: CopyValue): CopyValue {
  if (value === null || value === undefined) return NULL;
  return typeof value === 'string' && SPECIAL.test(value) ? value.replaceAll(/[\\\t\n\r\0]/g, (one) => ESCAPES[one]!) : value;
}
