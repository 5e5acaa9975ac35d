const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

/**
 * Where a value is not what was expected, field by field, as JSON sees both.
 * @param what names the value
 * @param partly whether fields that are not expected may be there
 */
export function differences(what: string, expected: unknown, actual: unknown, partly = false): string[] {
  return compare(what, plain(expected), plain(actual), partly);
}

const plain = (value: unknown): unknown => (value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown));

function compare(what: string, expected: unknown, actual: unknown, partly: boolean): string[] {
  if (Object.is(expected, actual)) return [];
  const isComparable = isObject(expected) && isObject(actual) && Array.isArray(expected) === Array.isArray(actual);
  if (!isComparable) return [`${what}: expected ${shown(expected)}, got ${shown(actual)}`];
  const isWhole = !partly || Array.isArray(expected);
  const keys = new Set([...Object.keys(expected), ...(isWhole ? Object.keys(actual) : [])]);
  return [...keys].flatMap((key) => {
    const name = Array.isArray(expected) ? `${what}[${key}]` : `${what}.${key}`;
    return compare(name, expected[key], actual[key], partly);
  });
}
