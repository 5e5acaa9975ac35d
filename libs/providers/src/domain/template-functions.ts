import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';

type TemplateFunction = (argument: string, scope: { readonly now: Date }) => string | undefined;

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8');

/** Functions of the template language, given their filled argument; undefined when the argument is not one for them. */
export const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  base64: (text) => Buffer.from(text, 'utf8').toString('base64'),
  sha256Hex: (text) => sha256(text).digest('hex'),
  sha256Base64: (text) => sha256(text).digest('base64'),
  hmacSha1Hex: (text) => {
    const [message, key] = lastComma(text);
    return key === undefined ? undefined : createHmac('sha1', key).update(message, 'utf8').digest('hex');
  },
  fingerprint: (pem) =>
    orUndefined(() => {
      const der = createPublicKey(pemOf(pem)).export({ type: 'spki', format: 'der' });
      return `SHA256:${createHash('sha256').update(der).digest('base64')}`;
    }),
  ed25519Sign: (text) => {
    const [message, pem] = lastComma(text);
    if (pem === undefined) return undefined;
    return orUndefined(() => sign(null, Buffer.from(message, 'utf8'), createPrivateKey(pemOf(pem))).toString('base64'));
  },
};

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
