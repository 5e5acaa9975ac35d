import type { TokenReply } from '#libs/token-http';

/**
 * Headers of an answer that are credentials (spec/auth.md §1.7): by their name as the catalogue writes it; cookies by their own names,
 * and all together, as a `cookie` header takes them, as `_cookies`.
 */
export function keptHeaders(names: readonly string[] | undefined, headers: TokenReply['headers']): Record<string, string> {
  return Object.fromEntries(
    (names ?? []).flatMap((name): [string, string][] => {
      const values = [headers[name.toLowerCase()] ?? []].flat();
      if (values.length === 0) return [];
      return name.toLowerCase() === 'set-cookie' ? cookiesOf(values) : [[name, values.join(', ')]];
    }),
  );
}

function cookiesOf(lines: readonly string[]): [string, string][] {
  const cookies = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ''] = /^\s*([^=;\s]+)\s*=\s*([^;]*)/.exec(line) ?? [];
    if (name !== undefined) cookies.set(name, value.trim());
  }
  return [...cookies, ['_cookies', [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')]];
}
