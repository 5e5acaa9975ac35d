const REDACTED = '[redacted]';
const SECRET_HEADER = /^(proxy-)?authorization$|cookie|api-?key|token|secret|password|signature|^x-auth/i;

/** A text with every occurrence of the given secret values masked, also in their URL-encoded form. */
export function redactText(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    for (const form of new Set([secret, encodeURIComponent(secret)])) masked = masked.replaceAll(form, REDACTED);
  }
  return masked;
}

/**
 * Headers fit for a log: those that carry credentials by their name are masked, and every occurrence of one of the given
 * secret values in the others. Names come out in lower case.
 */
export function redactHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  secrets: readonly string[] = [],
): Record<string, string> {
  const redacted: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : value.join(', ');
    redacted[name.toLowerCase()] = SECRET_HEADER.test(name) ? REDACTED : redactText(text, secrets);
  }
  return redacted;
}
