import type { JsonWebKeyInput } from 'node:crypto';

/** Binary crosses the bridge as base64. */
export const bytes = (text: string): Buffer => Buffer.from(text, 'base64');

/** A key as an isolate describes it (prelude `crypto/keys.ts`), with whatever belongs to its use, such as a padding. */
export interface WireKey {
  readonly text?: string;
  readonly bytes?: string;
  readonly jwk?: JsonWebKeyInput['key'];
  readonly options: Record<string, unknown>;
}

/** What Node's own functions take for a key; a wrong shape is theirs to refuse. */
export const keyOf = ({ text, bytes: encoded, jwk, options }: WireKey) => ({
  ...options,
  ...(typeof options['passphraseBytes'] === 'string' ? { passphrase: bytes(options['passphraseBytes']) } : {}),
  key: jwk ?? (encoded === undefined ? (text as string) : bytes(encoded)),
});
