import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClient, CommitmentPolicy, RawAesKeyringNode, RawAesWrappingSuiteIdentifier } from '@aws-crypto/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '#libs/kernel';
import { parseRootKeys } from './domain/root-keys.js';
import { openKeyProvider } from './kms/open-provider.js';
import { loadRootKeys } from './root-keys.js';

let folder: string;
let arn: string;
let kek: Buffer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-kms-'));
  kek = randomBytes(32);
  writeFileSync(join(folder, 'kek'), `${kek.toString('base64')}\n`);
  arn = `local:${join(folder, 'kek')}`;
});
afterAll(() => rmSync(folder, { recursive: true }));

const wrapped = async (plain: Buffer): Promise<string> => (await (await openKeyProvider(arn)).wrap(plain)).toString('base64');
const load = (envelope: string, key = arn) =>
  loadRootKeys({ NANGO_ENCRYPTION_KEY_WRAPPED: new Secret(envelope), NANGO_KMS_KEY_ARN: key });

describe('a root key inside an envelope', () => {
  it('is the same key as in clear, given as bytes or as the text it would have in clear', async () => {
    const key = randomBytes(32);
    const [inClear] = parseRootKeys(key.toString('base64'));
    expect(await load(await wrapped(key))).toEqual([inClear]);
    expect(await load(await wrapped(Buffer.from(key.toString('base64'))))).toEqual([inClear]);
  });

  it('may be one of several, the first is primary', async () => {
    const keys = [randomBytes(32), randomBytes(32)];
    const envelopes = await Promise.all(keys.map(wrapped));
    expect(await load(envelopes.join(', '))).toEqual(parseRootKeys(keys.map((key) => key.toString('base64')).join(',')));
  });

  it('is unwrapped once per process', async () => {
    const envelope = await wrapped(randomBytes(32));
    const first = await load(envelope);
    writeFileSync(join(folder, 'kek'), randomBytes(32).toString('base64'));
    expect(await load(envelope)).toBe(first);
    writeFileSync(join(folder, 'kek'), kek.toString('base64'));
  });

  it('does not open when it was changed or wrapped by another key; the variable is named', async () => {
    const envelope = Buffer.from(await wrapped(randomBytes(32)), 'base64');
    envelope[envelope.length - 1] = (envelope.at(-1) ?? 0) ^ 1;
    await expect(load(envelope.toString('base64'))).rejects.toThrow('NANGO_ENCRYPTION_KEY_WRAPPED: key 1 cannot be unwrapped');
    const other = join(folder, 'other');
    writeFileSync(other, randomBytes(32).toString('base64'));
    await expect(load(await wrapped(randomBytes(32)), `local:${other}`)).rejects.toThrow('NANGO_ENCRYPTION_KEY_WRAPPED: key 1');
  });

  it('does not open when it was made for another purpose', async () => {
    const { encrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
    const { result } = await encrypt(keyring(), randomBytes(32), { encryptionContext: { purpose: 'backup', app: 'nango' } });
    await expect(load(result.toString('base64'))).rejects.toThrow('its encryption context lacks purpose=global_dek');
  });

  it('does not open without commitment to its key', async () => {
    const { encrypt } = buildClient(CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT);
    const { result } = await encrypt(keyring(), randomBytes(32), { encryptionContext: { purpose: 'global_dek', app: 'nango' } });
    await expect(load(result.toString('base64'))).rejects.toThrow('NANGO_ENCRYPTION_KEY_WRAPPED: key 1 cannot be unwrapped');
  });

  it('must have 32 bytes', async () => {
    await expect(load(await wrapped(randomBytes(16)))).rejects.toThrow(
      'NANGO_ENCRYPTION_KEY_WRAPPED: key 1 must be base64 of 32 bytes',
    );
  });
});

describe('variables that contradict each other', () => {
  const key = new Secret(randomBytes(32).toString('base64'));

  it('a key in clear beside one in an envelope', async () => {
    const both = { NANGO_ENCRYPTION_KEY: key, NANGO_ENCRYPTION_KEY_WRAPPED: key, NANGO_KMS_KEY_ARN: arn };
    await expect(loadRootKeys(both)).rejects.toThrow('are both set: keep one of them');
  });

  it('an envelope without the key that opens it', async () => {
    await expect(loadRootKeys({ NANGO_ENCRYPTION_KEY_WRAPPED: key })).rejects.toThrow('NANGO_KMS_KEY_ARN: name the key');
  });

  it.each([
    ['local:/nowhere/at/all', 'ENOENT'],
    ['my-key', 'names no usable key'],
  ])('%s names no key', async (name, problem) => {
    await expect(load('AAAA', name)).rejects.toThrow(problem);
  });

  it('a file that holds something else', async () => {
    const file = join(folder, 'rsa');
    writeFileSync(file, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await expect(load('AAAA', `local:${file}`)).rejects.toThrow('must hold base64 of 32 bytes');
  });
});

it('no variable means no key', async () => {
  expect(await loadRootKeys({})).toEqual([]);
});

const keyring = () =>
  new RawAesKeyringNode({
    keyNamespace: 'fairlead',
    keyName: 'local',
    unencryptedMasterKey: Uint8Array.from(kek),
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
