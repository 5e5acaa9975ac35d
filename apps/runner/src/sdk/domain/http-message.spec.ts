import { expect, it } from 'vitest';
import type { Attempt } from '#libs/proxy';
import { httpMessage, waitMessage } from './http-message.js';

const attempt: Attempt = {
  request: {
    method: 'GET',
    origin: 'https://api.crm.test',
    path: '/v1/contacts?key=s%2Fecret&page=2',
    headers: { 'x-key': 's/ecret', authorization: 'Bearer t', accept: '*/*', 'x-note': 'with s/ecret' },
    body: undefined,
    bodyLength: undefined,
    forwardHeaders: false,
    decompress: true,
    retry: undefined,
    credentialHeaders: ['x-key'],
    secrets: ['s/ecret'],
  },
  outcome: { status: 429, headers: { 'retry-after': '3', 'set-cookie': ['a=1'] } },
  number: 0,
  durationMs: 12.4,
  retryInMs: 3000,
};

it('describes an attempt without its credentials', () => {
  const message = httpMessage(attempt, 2);
  expect(message).toMatchObject({
    level: 'error',
    type: 'http',
    message: 'GET https://api.crm.test/v1/contacts?key=REDACTED&page=2 [429]',
    request: { headers: { 'x-key': 'REDACTED', authorization: 'REDACTED', accept: '*/*', 'x-note': 'with REDACTED' } },
    response: { code: 429, headers: { 'retry-after': '3', 'set-cookie': 'REDACTED' } },
    durationMs: 12,
    retry: { attempt: 0, max: 2 },
  });
  expect(JSON.stringify(message)).not.toContain('ecret');
});

it('names the network error where no answer came', () => {
  const message = httpMessage({ ...attempt, outcome: { code: 'ECONNRESET' } }, 0);
  expect(message).toMatchObject({ level: 'error', error: { message: 'ECONNRESET' } });
  expect(message.response).toBeUndefined();
});

it('says how long a call waits', () => {
  expect(waitMessage(attempt)).toBe('HTTP call failed (429); attempt 2 follows in 3000 ms');
});
