import type { TokenRequest } from '../token-http.types.js';

/** Fields of a request that prove who asks, or are worth something to whoever reads them. */
const SECRET_FIELD = /secret|passw|token|assertion|verifier|api_?key|private_?key|dev_?key|certificate|^code$|_code$|^auth/i;
/** Names that match above and say nothing. */
const PLAIN_FIELD = /_type$|_method$|_hint$|^grant/i;
const SECRET_HEADER = /^(authorization|cookie|x-api-key)$|token|secret|key/i;
/** Shorter ones would mask ordinary words of a sentence. */
const MIN_LENGTH = 4;
const LONGEST = 500;

/** Every secret of a request, longest first so that none is masked in part. */
export function secretsOf(request: TokenRequest): string[] {
  const found = new Set<string>(request.secrets);
  for (const [name, value] of Object.entries(request.headers ?? {})) if (SECRET_HEADER.test(name)) addHeader(value, found);
  collect(request.form ?? {}, found, false);
  collect(request.json, found, false);
  collect(request.query ?? {}, found, false);
  return [...found]
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    .filter((secret) => secret.length >= MIN_LENGTH)
    .toSorted((a, b) => b.length - a.length);
}

function addHeader(value: string, into: Set<string>): void {
  into.add(value);
  const [, scheme, rest] = /^(\w+) (.+)$/.exec(value) ?? [];
  if (rest === undefined) return;
  into.add(rest);
  if (scheme?.toLowerCase() !== 'basic') return;
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  into.add(pair.slice(pair.indexOf(':') + 1));
}

function collect(value: unknown, into: Set<string>, isSecret: boolean): void {
  if (typeof value === 'string') {
    if (isSecret) into.add(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      collect(inner, into, isSecret || (SECRET_FIELD.test(name) && !PLAIN_FIELD.test(name)));
    }
  }
}

/** A text of a provider on one line, without the secrets of the request it answers, short enough for a message. */
export function redacted(text: string, secrets: readonly string[]): string {
  const plain = secrets.reduce((masked, secret) => masked.replaceAll(secret, '[redacted]'), text);
  const line = plain.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
