import { ConfigError, messageOf } from '#libs/kernel';
import type { CryptoVariables } from './crypto.config.js';
import { parseRootKeys, type RootKey, toRootKey } from './domain/root-keys.js';
import { openKeyProvider } from './kms/open-provider.js';

/** The root keys of this process, primary first; empty where secrets are stored in clear. */
export class RootKeys {
  constructor(readonly list: readonly RootKey[]) {}

  /** Wraps new data keys. */
  get primary(): RootKey | undefined {
    return this.list[0];
  }

  find(fingerprint: string): RootKey | undefined {
    return this.list.find((root) => root.fingerprint === fingerprint);
  }
}

/** Several services of one process ask the KMS once. */
const unwrapped = new Map<string, Promise<RootKey[]>>();

/**
 * The root keys the variables of `cryptoEnv` give, in clear or inside envelopes.
 * @throws ConfigError naming the variable that is wrong, or that a KMS does not open
 */
export async function loadRootKeys(variables: CryptoVariables): Promise<RootKey[]> {
  const { NANGO_ENCRYPTION_KEY: key, NANGO_ENCRYPTION_KEY_WRAPPED: wrapped, NANGO_KMS_KEY_ARN: arn } = variables;
  if (!wrapped) return key ? parseRootKeys(key.reveal()) : [];
  if (key) throw new ConfigError('NANGO_ENCRYPTION_KEY and NANGO_ENCRYPTION_KEY_WRAPPED are both set: keep one of them');
  if (!arn) throw new ConfigError('NANGO_KMS_KEY_ARN: name the key that opens NANGO_ENCRYPTION_KEY_WRAPPED');
  const source = `${arn}\n${wrapped.reveal()}`;
  const known = unwrapped.get(source) ?? unwrapAll(arn, wrapped.reveal());
  unwrapped.set(source, known);
  return known;
}

async function unwrapAll(arn: string, text: string): Promise<RootKey[]> {
  const provider = await openKeyProvider(arn);
  const open = async (part: string, index: number): Promise<RootKey> => {
    const name = `NANGO_ENCRYPTION_KEY_WRAPPED: key ${index + 1}`;
    const plain = await provider.unwrap(Buffer.from(part.trim(), 'base64')).catch((error: unknown) => {
      throw new ConfigError(`${name} cannot be unwrapped with ${arn}: ${messageOf(error)}`);
    });
    return toRootKey(asKeyBytes(plain), name);
  };
  return Promise.all(text.split(',').map(open));
}

/** An envelope holds the key's bytes, or the base64 text `NANGO_ENCRYPTION_KEY` would have. */
const asKeyBytes = (plain: Buffer): Buffer => (plain.length === 44 ? Buffer.from(plain.toString('utf8'), 'base64') : plain);
