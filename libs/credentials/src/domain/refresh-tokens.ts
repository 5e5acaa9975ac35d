const isRefreshToken = (key: string): boolean => key.replaceAll(/[^a-z]/gi, '').toLowerCase() === 'refreshtoken';

/**
 * A copy without anything that is called a refresh token, at any depth: callers see one only when they ask for it
 * (spec/api.md §3.4).
 */
export function withoutRefreshTokens<Value>(value: Value): Value {
  return strip(value) as Value;
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !isRefreshToken(key))
      .map(([key, inner]) => [key, strip(inner)]),
  );
}
