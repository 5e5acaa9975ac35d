import { text } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOOPBACK_OPEN, startUpstream, type Upstream } from '#libs/testing';
import { attemptMessage } from './domain/attempt-message.js';
import { openTransport } from './proxy.module.js';
import type { Attempt } from './domain/attempt.js';
import { testLease } from './test-lease.js';

/** What a log shows of an upstream's refusal, while that goes its way (spec/auth.md §6.10). */
const transport = openTransport(LOOPBACK_OPEN);
let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => Promise.all([upstream.close(), transport.close()]));

const JSON_TYPE = { 'content-type': 'application/json' };

/** The log messages of a call, whose answer was read to its end. */
async function messagesOf(retries = 0) {
  const attempts: Attempt[] = [];
  const request = transport.build({ lease: testLease(), method: 'GET', endpoint: '/x', baseUrlOverride: upstream.url });
  const { body } = await transport.send(request, { retries, onAttempt: (attempt) => attempts.push(attempt) });
  const read = await text(body).catch(() => 'cut');
  return { read, messages: attempts.map((attempt) => attemptMessage(attempt, retries, new Date())) };
}

async function bodyOf(headers: Record<string, string>, body: string | Buffer, status = 400) {
  upstream.on('GET', '/x', () => ({ status, headers, body }));
  return (await messagesOf()).messages[0]?.response?.body;
}

describe('the body of a refusal', () => {
  it('shows what the upstream said with its refusal, every secret masked', async () => {
    const said = JSON.stringify({
      error: 'the key secret-key is wrong',
      access_token: 'some-other',
      nested: { client_secret: 'a"b' },
    });
    expect(await bodyOf(JSON_TYPE, said)).toBe(
      '{"error":"the key [redacted] is wrong","access_token":"[redacted]","nested":{"client_secret":"[redacted]"}}',
    );
    for (const [encoding, bytes] of [
      ['gzip', gzipSync(said)],
      ['br', brotliCompressSync(said)],
    ] as const)
      expect(await bodyOf({ ...JSON_TYPE, 'content-encoding': encoding }, bytes)).toContain('the key [redacted] is wrong');
  });

  it('shows its beginning alone, and no part of a secret at the cut', async () => {
    const long = await bodyOf({ 'content-type': 'text/plain' }, 'ü'.repeat(40_000));
    expect(long).toBe(`${'ü'.repeat(4_096)}… (cut off)`);
    const cut = await bodyOf({ 'content-type': 'text/plain' }, `${'x'.repeat(8 * 1024 - 6)}secret-key`);
    expect(cut).toBe(`${'x'.repeat(8 * 1024 - 6)}[redacted]… (cut off)`);
  });

  it.each([
    ['bytes', { 'content-type': 'image/png' }, 'x', 400],
    ['an unnamed kind', { 'content-type': '' }, 'x', 400],
    ['a success', JSON_TYPE, '{}', 200],
    ['a compression it has not', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'plain', 400],
    ['far too much', { ...JSON_TYPE, 'content-encoding': 'gzip' }, gzipSync('x'.repeat(2_000_000)), 400],
    ['nothing', JSON_TYPE, '', 400],
  ])('shows nothing of %s', async (_what, headers, body, status) => {
    expect(await bodyOf(headers as Record<string, string>, body, status)).toBeUndefined();
  });

  it('shows what was thrown away for another attempt', async () => {
    let calls = 0;
    upstream.on('GET', '/x', () =>
      calls++ === 0 ? { status: 503, headers: { 'retry-after': '0', ...JSON_TYPE }, body: '{"why":"busy"}' } : { body: 'ok' },
    );
    const { read, messages } = await messagesOf(1);
    expect([read, messages[0]]).toMatchObject(['ok', { level: 'warn', response: { code: 503, body: '{"why":"busy"}' } }]);
  });

  it('reaches the caller whole, however long it is', async () => {
    upstream.on('GET', '/x', () => ({ status: 500, body: 'x'.repeat(300_000) }));
    const { read, messages } = await messagesOf();
    expect([read.length, messages[0]?.response?.body?.length]).toEqual([300_000, 8 * 1024 + '… (cut off)'.length]);
  });
});
