import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SSRF_NAMES } from '#libs/testing';
import { createOutboundDispatcher } from './dispatcher.js';
import { RefusedAddress } from './refused-address.js';
import { DEFAULTS, LOOPBACK_OPEN } from './test-policy.js';

const server = createServer((_request, response) => response.end('inside'));
let port: number;
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => void server.close());

const answering =
  (...addresses: string[]) =>
  (_host: string, _options: unknown, done: (error: Error | null, found: { address: string; family: number }[]) => void) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

const get = async (policy: typeof DEFAULTS, host: string, resolve?: ReturnType<typeof answering>) => {
  const dispatcher = createOutboundDispatcher(policy, { ...(resolve && { resolve }) });
  try {
    const { body } = await dispatcher.request({ origin: `http://${host}:${port}`, path: '/', method: 'GET' });
    return await body.text();
  } finally {
    await dispatcher.destroy();
  }
};

describe('a connection', () => {
  it('is not dialled to a name that resolves inside', async () => {
    await expect(get(DEFAULTS, 'rebound.example.com', answering('127.0.0.1'))).rejects.toBeInstanceOf(RefusedAddress);
  });

  it('is not dialled when one of several answers leads inside', async () => {
    await expect(get(DEFAULTS, 'mixed.example.com', answering('93.184.216.34', '10.0.0.1'))).rejects.toThrow(
      '10.0.0.1 is a private address',
    );
  });

  it('is not dialled to a literal address inside, which no resolver is asked about', async () => {
    await expect(get(DEFAULTS, '127.0.0.1')).rejects.toBeInstanceOf(RefusedAddress);
    await expect(get(DEFAULTS, '[::1]')).rejects.toBeInstanceOf(RefusedAddress);
  });

  it.each(SSRF_NAMES)('is not dialled to %s (%j): %s', async (name, answers) => {
    await expect(get(DEFAULTS, name, answering(...answers))).rejects.toBeInstanceOf(RefusedAddress);
  });

  it('is not dialled to a name without an address', async () => {
    await expect(get(DEFAULTS, 'empty.example.com', answering())).rejects.toThrow('empty.example.com has no address');
  });

  it('is judged each time it is opened, by the answer it is dialled with', async () => {
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    const changing: ReturnType<typeof answering> = (host, options, done) =>
      answering(...(answers.shift() ?? []))(host, options, done);
    expect(await get(LOOPBACK_OPEN, 'rebound.example.com', changing)).toBe('inside');
    await expect(get(LOOPBACK_OPEN, 'rebound.example.com', changing)).rejects.toThrow('169.254.169.254');
  });

  it('is dialled to the very address that was judged', async () => {
    expect(await get(LOOPBACK_OPEN, 'anything.example.com', answering('127.0.0.1'))).toBe('inside');
    expect(await get(LOOPBACK_OPEN, '127.0.0.1')).toBe('inside');
  });
});
