import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { URL_PARTS } from './url-parts.js';

const MAX_RANDOM = 65_536;

interface DigestArgs {
  readonly algorithm: unknown;
  readonly key: string;
  readonly parts: readonly string[];
  readonly size: number;
}

const decode = (text: string): Buffer => Buffer.from(text, 'base64');

interface UrlArgs {
  readonly url: string;
  readonly base?: string;
  readonly set?: { readonly name: string; readonly value: string };
}

/** The synchronous calls of an isolate: URLs, digests and random bytes. @throws Error with a message for the author */
export function answerNow(op: string, argsJson: string): string {
  if (op === 'url') return JSON.stringify(parseUrl(JSON.parse(argsJson) as UrlArgs));
  const args = JSON.parse(argsJson) as DigestArgs;
  switch (op) {
    case 'crypto.hash':
      return digest(createHash(String(args.algorithm)), args.parts);
    case 'crypto.hmac':
      return digest(createHmac(String(args.algorithm), decode(args.key)), args.parts);
    case 'crypto.random':
      if (!(args.size >= 0 && args.size <= MAX_RANDOM)) throw new RangeError(`randomBytes takes a size from 0 to ${MAX_RANDOM}`);
      return randomBytes(args.size).toString('base64');
    case 'crypto.uuid':
      return randomUUID();
    default:
      throw new Error(`unknown call ${op}`);
  }
}

function digest(hash: { update(data: Buffer): unknown; digest(encoding: 'base64'): string }, parts: readonly string[]): string {
  for (const part of parts) hash.update(decode(part));
  return hash.digest('base64');
}

/** A URL's parts, after setting one of them where asked; null when it is not a URL. */
function parseUrl({ url, base, set }: UrlArgs): Record<string, string> | null {
  const parsed = URL.parse(url, base);
  if (!parsed) return null;
  const name = set && URL_PARTS.find((part) => part === set.name && part !== 'origin');
  if (set && name) Object.assign(parsed, { [name]: set.value });
  return Object.fromEntries(URL_PARTS.map((part) => [part, parsed[part]]));
}
