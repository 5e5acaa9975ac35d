import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { awsAuthorization } from './aws-authorization.js';

interface FunctionScope {
  readonly lookup: (name: string) => string | undefined;
  readonly now: Date;
}

interface TemplateFunction {
  /** How many arguments it takes; what has one takes its commas as text. */
  readonly least: number;
  readonly most: number;
  /** Values of the request that it reads besides its arguments. */
  readonly reads: readonly string[];
  /** Its value for its filled arguments; undefined when they are not for it. */
  readonly apply: (text: string, scope: FunctionScope) => string | undefined;
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8');

const unary = (apply: TemplateFunction['apply']): TemplateFunction => ({ least: 1, most: Infinity, reads: [], apply });

const binary = (apply: (message: string, key: string) => string): TemplateFunction => ({
  least: 2,
  most: Infinity,
  reads: [],
  apply: (text) => {
    const [message, key] = lastComma(text);
    return key === undefined ? undefined : orUndefined(() => apply(message, key));
  },
});

/** Functions of the template language (spec/auth.md §1.10). */
export const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  base64: unary((text) => Buffer.from(text, 'utf8').toString('base64')),
  sha256Hex: unary((text) => sha256(text).digest('hex')),
  sha256Base64: unary((text) => sha256(text).digest('base64')),
  fingerprint: unary((pem) =>
    orUndefined(() => {
      const der = createPublicKey(pemOf(pem)).export({ type: 'spki', format: 'der' });
      return `SHA256:${createHash('sha256').update(der).digest('base64')}`;
    }),
  ),
  hmacSha1Hex: binary((message, key) => createHmac('sha1', key).update(message, 'utf8').digest('hex')),
  ed25519Sign: binary((message, pem) =>
    sign(null, Buffer.from(message, 'utf8'), createPrivateKey(pemOf(pem))).toString('base64'),
  ),
  awsSigV4: {
    least: 4,
    most: 5,
    reads: ['method', 'host', 'path', 'urlCanonicalParams', 'bodyCanonicalParams', 'contentType'],
    apply: awsSigV4,
  },
};

/** `id, secret, region, service[, host]`, over the request that the scope tells of; no signature where it tells of none. */
function awsSigV4(text: string, { lookup, now }: FunctionScope): string | undefined {
  const [id, secret, region, service, ownHost] = text.split(',').map((argument) => argument.trim());
  const [method, host, path] = [lookup('method'), ownHost || lookup('host'), lookup('path')];
  if (!id || !secret || !region || !service || !method || !host || path === undefined) return undefined;
  const request = {
    method,
    host,
    path,
    query: lookup('urlCanonicalParams') ?? '',
    contentType: lookup('contentType') ?? '',
    body: lookup('bodyCanonicalParams') ?? '',
  };
  return awsAuthorization(request, { id, secret, region, service }, now);
}

/** Two arguments: the last comma parts them, since a message may hold commas and a key holds none. */
function lastComma(text: string): [string, string | undefined] {
  const at = text.lastIndexOf(',');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1).trimStart()];
}

/** Keys are pasted into forms on one line, their line ends as two characters. */
const pemOf = (text: string): string => text.replaceAll(String.raw`\n`, '\n');

function orUndefined(make: () => string): string | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
