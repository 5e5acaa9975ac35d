import { ConfigError, messageOf } from '#libs/kernel';
import type { KeyProvider } from './key-provider.js';

const LOCAL = 'local:';
const AWS_KMS = /^arn:[^:]+:kms:/;

/**
 * The keeper of the key that `NANGO_KMS_KEY_ARN` names. The SDK is loaded only where it is used.
 * @throws ConfigError when it names none
 */
export async function openKeyProvider(arn: string): Promise<KeyProvider> {
  const isLocal = arn.startsWith(LOCAL);
  if (!isLocal && !AWS_KMS.test(arn)) {
    throw new ConfigError(`NANGO_KMS_KEY_ARN: ${arn} names no usable key: it is neither arn:aws:kms:… nor local:<path>`);
  }
  const { AwsKms, LocalKms } = await import('./sdk-envelopes.js');
  try {
    return isLocal ? new LocalKms(arn.slice(LOCAL.length)) : new AwsKms(arn);
  } catch (error) {
    throw new ConfigError(`NANGO_KMS_KEY_ARN: ${arn} names no usable key: ${messageOf(error)}`);
  }
}
