const isRefreshToken = (key: string): boolean => key.replaceAll(/[^a-z]/gi, '').toLowerCase() === 'refreshtoken';

/**
 * A copy without anything that is called a refresh token, at any depth: callers see one only when they ask for it
 * (spec/api.md §3.4). Nor is the value of one left where a provider calls it otherwise.
 */
export function withoutRefreshTokens<Value>(value: Value): Value {
  return strip(value, new Set(tokensIn(value))) as Value;
}

function tokensIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    isRefreshToken(key) && typeof inner === 'string' && inner !== '' ? [inner] : tokensIn(inner),
  );
}

function strip(value: unknown, tokens: ReadonlySet<unknown>): unknown {
  if (Array.isArray(value)) return value.map((inner) => strip(inner, tokens));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !isRefreshToken(key) && !tokens.has(inner))
      .map(([key, inner]) => [key, strip(inner, tokens)]),
  );
}
