import {
  buildClient,
  CommitmentPolicy,
  type KeyringNode,
  KmsKeyringNode,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-node';
import { readFileSync } from 'node:fs';
import { inTime } from '#libs/kernel';
import type { KeyProvider } from './key-provider.js';

/** What an envelope says it is for (spec/auth.md §5); one made for another purpose does not open. */
const PURPOSE = { purpose: 'global_dek', app: 'nango' };
const ANSWER_WITHIN_MS = 30_000;

const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

/** Envelopes of the AWS Encryption SDK, whoever keeps the key that wraps. */
class SdkEnvelopes implements KeyProvider {
  constructor(private readonly keyring: KeyringNode) {}

  async wrap(plain: Buffer): Promise<Buffer> {
    return (await answered(encrypt(this.keyring, plain, { encryptionContext: PURPOSE }))).result;
  }

  async unwrap(wrapped: Buffer): Promise<Buffer> {
    const { plaintext, messageHeader } = await answered(decrypt(this.keyring, wrapped));
    const wrong = Object.entries(PURPOSE).filter(([name, value]) => messageHeader.encryptionContext[name] !== value);
    if (wrong.length > 0) {
      const wanted = wrong.map(([name, value]) => `${name}=${value}`).join(', ');
      throw new Error(`its encryption context lacks ${wanted}`);
    }
    return plaintext;
  }
}

/** A key in AWS KMS; credentials and region as the AWS SDK finds them. */
export class AwsKms extends SdkEnvelopes {
  /** @throws Error when it is no ARN of a key */
  constructor(arn: string) {
    super(new KmsKeyringNode({ generatorKeyId: arn }));
  }
}

/** The local twin of `AwsKms`: a key in a file, base64 of 32 bytes. */
export class LocalKms extends SdkEnvelopes {
  /** @throws Error when the file cannot be read or holds no key */
  constructor(file: string) {
    const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
    if (key.length !== 32) throw new Error(`${file} must hold base64 of 32 bytes, it has ${key.length}`);
    super(
      new RawAesKeyringNode({
        keyNamespace: 'fairlead',
        keyName: 'local',
        // The SDK keeps no copy in memory it does not own alone.
        unencryptedMasterKey: Uint8Array.from(key),
        wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
      }),
    );
  }
}

/** A KMS that does not answer must not keep a start waiting for ever. */
const answered = <Answer>(work: Promise<Answer>): Promise<Answer> =>
  inTime(work, ANSWER_WITHIN_MS, () => {
    throw new Error(`no answer within ${ANSWER_WITHIN_MS / 1000} s`);
  });
