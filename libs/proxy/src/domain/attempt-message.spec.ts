import { describe, expect, it } from 'vitest';
import { logMessage } from '#libs/contracts';
import { testLease } from '../test-lease.js';
import { attemptMessage } from './attempt-message.js';
import { buildRequest } from './build-request.js';

const SECRET = 'sec/ret key';
const lease = testLease({
  credentials: { type: 'API_KEY', apiKey: SECRET, nested: { inner: 'inner-secret' } },
  provider: {
    proxy: {
      base_url: 'https://a.example.com',
      headers: { 'x-note': '${base64(x)} ${apiKey}', cookie: 'c' },
      query: { key: '${apiKey}' },
    },
  },
});
const request = buildRequest(
  { lease, method: 'GET', endpoint: '/t?echo=inner-secret', headers: { 'x-plain': 'yes' } },
  { baseUrlOverride: true },
);
const AT = new Date('2026-11-23T12:00:00Z');

describe('the log of an attempt', () => {
  it('shows no credential, wherever it stands and however it is spelt', () => {
    const outcome = {
      status: 200,
      headers: { 'x-echo': `you sent ${SECRET}`, 'set-cookie': ['a=1', 'b=2'], 'content-type': 'text/plain' },
    };
    const message = attemptMessage({ request, outcome, number: 0, durationMs: 12.6 }, 0, AT);
    const text = JSON.stringify(message);
    for (const secret of [SECRET, encodeURIComponent(SECRET), 'inner-secret', 'client-secret'])
      expect(text).not.toContain(secret);
    expect(message.request?.url).toBe('https://a.example.com/t?echo=[redacted]&key=[redacted]');
    expect(message.request?.headers).toMatchObject({ cookie: '[redacted]', 'x-plain': 'yes' });
    expect(message.response).toEqual({
      code: 200,
      headers: { 'x-echo': 'you sent [redacted]', 'set-cookie': '[redacted]', 'content-type': 'text/plain' },
    });
    expect(message).toMatchObject({ level: 'info', durationMs: 13 });
    expect(logMessage.safeParse(message).success).toBe(true);
  });

  it('shows none in another spelling either', () => {
    const basic = testLease({
      credentials: { type: 'BASIC', username: 'someone', password: 'pass"word/1' },
      provider: { proxy: { base_url: 'https://a.example.com', headers: { 'x-key': '${sha256Hex(${password})}' } } },
    });
    const sent = buildRequest({ lease: basic, method: 'GET', endpoint: '/t?q=pass%22word%2f1' }, { baseUrlOverride: true });
    const pair = Buffer.from('someone:pass"word/1').toString('base64');
    const hash = sent.headers['x-key']!;
    const headers = { 'x-echo': `Basic ${pair} ${pair}`, 'x-json': JSON.stringify({ is: 'pass"word/1' }), 'x-hash': hash };
    const message = attemptMessage({ request: sent, outcome: { status: 200, headers }, number: 0, durationMs: 1 }, 0, AT);
    expect(message.response?.headers).toEqual({
      'x-echo': 'Basic [redacted] [redacted]',
      'x-json': '{"is":"[redacted]"}',
      'x-hash': '[redacted]',
    });
    expect(message.request).toMatchObject({
      url: 'https://a.example.com/t?q=[redacted]',
      headers: { authorization: '[redacted]', 'x-key': '[redacted]' },
    });
  });

  it('tells of failures and of what follows them', () => {
    const failed = attemptMessage({ request, outcome: { code: 'ECONNRESET' }, number: 1, durationMs: 1, retryInMs: 3000 }, 2, AT);
    expect(failed).toMatchObject({ level: 'warn', error: { name: 'ECONNRESET' }, retry: { attempt: 1, max: 2, waitedMs: 3000 } });
    expect(attemptMessage({ request, outcome: { status: 404, headers: {} }, number: 0, durationMs: 1 }, 0, AT).level).toBe(
      'error',
    );
  });
});
