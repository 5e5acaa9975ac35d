import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { Secret } from '#libs/kernel';
import { parseRootKeys } from '../domain/root-keys.js';
import { loadRootKeys } from '../root-keys.js';
import { openKeyProvider } from './open-provider.js';

/** The three calls of AWS KMS the SDK makes, over HTTP as AWS speaks it; the real service cannot be had here. */
const ARN = 'arn:aws:kms:eu-central-1:000000000000:key/00000000-0000-4000-8000-000000000000';
const kek = randomBytes(32);
const calls: { action: string; context: unknown }[] = [];
let server: Server;
let isDenied = false;

interface KmsRequest {
  readonly KeyId?: string;
  readonly CiphertextBlob?: string;
  readonly EncryptionContext?: Record<string, string>;
}

const wrap = (plain: Buffer): string => {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', kek, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
};
const unwrap = (blob: Buffer): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', kek, blob.subarray(0, 12));
  decipher.setAuthTag(blob.subarray(-16));
  return Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()]);
};

function answer(action: string, request: KmsRequest): object {
  if (action === 'Decrypt') {
    return { KeyId: ARN, Plaintext: unwrap(Buffer.from(request.CiphertextBlob ?? '', 'base64')).toString('base64') };
  }
  const plain = randomBytes(32);
  return { KeyId: ARN, Plaintext: plain.toString('base64'), CiphertextBlob: wrap(plain) };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const action = String(request.headers['x-amz-target']).split('.').at(-1) as string;
      const parsed = JSON.parse(body) as KmsRequest;
      calls.push({ action, context: parsed.EncryptionContext });
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      if (isDenied) response.writeHead(400).end(JSON.stringify({ __type: 'AccessDeniedException', message: 'not for you' }));
      else response.end(JSON.stringify(answer(action, parsed)));
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterEach(() => {
  isDenied = false;
  calls.length = 0;
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});

const load = (envelope: Buffer) =>
  loadRootKeys({ NANGO_ENCRYPTION_KEY_WRAPPED: new Secret(envelope.toString('base64')), NANGO_KMS_KEY_ARN: ARN });

it('KMS opens what it wrapped, asked once, with the purpose of the key in the encryption context', async () => {
  const key = randomBytes(32);
  const envelope = await (await openKeyProvider(ARN)).wrap(key);
  calls.length = 0;
  expect(await load(envelope)).toEqual(parseRootKeys(key.toString('base64')));
  await load(envelope);
  expect(calls).toEqual([
    { action: 'Decrypt', context: expect.objectContaining({ purpose: 'global_dek', app: 'nango' }) as unknown },
  ]);
});

it('KMS that refuses stops the start, and its variable is named', async () => {
  const envelope = await (await openKeyProvider(ARN)).wrap(randomBytes(32));
  isDenied = true;
  await expect(load(envelope)).rejects.toThrow(
    /^NANGO_ENCRYPTION_KEY_WRAPPED: key 1 cannot be unwrapped with arn:.*not for you/s,
  );
});
