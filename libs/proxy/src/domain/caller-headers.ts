import { AppError, type ErrorIssue } from '#libs/kernel';

/** Headers that belong to one connection between two hosts, and are made anew for the next (RFC 9110 §7.6.1). */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Written by the transport: a caller's own would misdescribe the message or name another host than the one dialled. */
const OURS: ReadonlySet<string> = new Set(['content-length', 'expect', 'host']);

const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The caller's headers as they go out. A user agent that the provider's template sets stays (spec/auth.md §6.4).
 * @throws AppError `invalid_headers` for names and values that HTTP cannot carry
 */
export function callerHeaders(
  headers: Readonly<Record<string, string | string[]>>,
  templateNames: ReadonlySet<string>,
): Record<string, string> {
  const own: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (HOP_BY_HOP.has(name) || OURS.has(name) || (name === 'user-agent' && templateNames.has(name))) continue;
    const given = headers[name]!;
    const value = typeof given === 'string' ? given : given.join(', ');
    if (!NAME.test(name) || !VALUE.test(value)) throw new AppError('invalid_headers', '', { issues: [issueOf(name)] });
    own[name] = value;
  }
  return own;
}

const issueOf = (name: string): ErrorIssue => ({
  code: 'invalid_format',
  message: 'the name or value of this header holds characters that HTTP cannot carry',
  path: [name],
});
