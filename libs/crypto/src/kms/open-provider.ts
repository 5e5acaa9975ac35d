import { ConfigError, messageOf } from '#libs/kernel';
import type { KeyProvider } from './key-provider.js';

const LOCAL = 'local:';

/**
 * The keeper of the key that `NANGO_KMS_KEY_ARN` names. The SDK is loaded only where it is used.
 * @throws ConfigError when it names none
 */
export async function openKeyProvider(arn: string): Promise<KeyProvider> {
  const { AwsKms, LocalKms } = await import('./sdk-envelopes.js');
  try {
    return arn.startsWith(LOCAL) ? new LocalKms(arn.slice(LOCAL.length)) : new AwsKms(arn);
  } catch (error) {
    throw new ConfigError(`NANGO_KMS_KEY_ARN: ${arn} names no usable key: ${messageOf(error)}`);
  }
}
