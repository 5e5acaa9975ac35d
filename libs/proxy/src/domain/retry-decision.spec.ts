import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyWait } from './body-wait.js';
import { type ResponseHeaders, type RetryOptions, retryDecision } from './retry-decision.js';

const NOW = new Date('2026-11-23T12:00:00Z');
const IN_30_S = NOW.getTime() / 1000 + 30;

const decide = (status: number, headers: ResponseHeaders = {}, options: Partial<RetryOptions> = {}, rules = {}, attempt = 0) =>
  retryDecision({ status, headers }, attempt, { retries: 3, ...options }, rules, NOW);
const waitOf = (...args: Parameters<typeof decide>) => {
  const decision = decide(...args);
  return decision.retry ? decision.waitMs : 'no retry';
};

describe('another attempt', () => {
  it('is made on the usual statuses alone', () => {
    const retried = [200, 201, 301, 400, 401, 403, 404, 408, 422, 429, 500, 502, 503, 599].filter(
      (status) => decide(status).retry,
    );
    expect(retried).toEqual([401, 429, 500, 502, 503, 599]);
  });

  it('is made on the provider’s statuses instead, and on the caller’s besides', () => {
    const rules = { error_code: ['403', '5xx', '421-423'] };
    const retried = [401, 403, 404, 420, 421, 422, 423, 424, 429, 500, 599].filter(
      (status) => decide(status, {}, { retryOn: [404] }, rules).retry,
    );
    expect(retried).toEqual([403, 404, 421, 422, 423, 500, 599]);
  });

  it('is made when the provider’s budget is used up, but not after a success', () => {
    const rules = { remaining: 'X-Remaining', error_code: ['429'] };
    expect(decide(403, { 'x-remaining': '0' }, {}, rules).retry).toBe(true);
    expect(decide(403, { 'x-remaining': '1' }, {}, rules).retry).toBe(false);
    expect(decide(200, { 'x-remaining': '0' }, {}, rules).retry).toBe(false);
  });

  it('is made on failures of the network that pass', () => {
    const retried = [
      'ECONNRESET',
      'ETIMEDOUT',
      'ECONNABORTED',
      'ECONNREFUSED',
      'EHOSTUNREACH',
      'EAI_AGAIN',
      'UND_ERR_SOCKET',
      'ENOTFOUND',
      'CERT_HAS_EXPIRED',
    ].filter((code) => retryDecision({ code }, 0, { retries: 1 }, undefined, NOW).retry);
    expect(retried).toEqual([
      'ECONNRESET',
      'ETIMEDOUT',
      'ECONNABORTED',
      'ECONNREFUSED',
      'EHOSTUNREACH',
      'EAI_AGAIN',
      'UND_ERR_SOCKET',
    ]);
  });

  it('is made on failures of the network that the operator names, besides', () => {
    const networkCodes = new Set(['ENOTFOUND']);
    const retried = ['ENOTFOUND', 'ECONNRESET', 'CERT_HAS_EXPIRED'].filter(
      (code) => retryDecision({ code }, 0, { retries: 1, networkCodes }, undefined, NOW).retry,
    );
    expect(retried).toEqual(['ENOTFOUND', 'ECONNRESET']);
  });

  it('is never one more than asked for', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), (retries, attempt) => {
        expect(decide(503, {}, { retries }, {}, attempt).retry).toBe(attempt < retries);
      }),
    );
  });
});

describe('the wait before it', () => {
  it('doubles from three seconds to ten minutes', () => {
    const waits = [0, 1, 2, 7, 8, 100].map((attempt) => waitOf(500, {}, { retries: 1000 }, {}, attempt));
    expect(waits).toEqual([3_000, 6_000, 12_000, 384_000, 600_000, 600_000]);
  });

  it.each([
    [{ 'retry-after': '7' }, {}, 7_000],
    [{ 'retry-after': '0' }, {}, 0],
    [{ 'retry-after': '1.5' }, {}, 1_500],
    [{ 'retry-after': '-1' }, {}, 3_000],
    [{ 'retry-after': 'soon' }, {}, 3_000],
    [{ 'retry-after': 'Mon, 23 Nov 2026 12:00:30 GMT' }, {}, 30_000],
    [{ 'retry-after': 'Mon, 23 Nov 2026 11:00:00 GMT' }, {}, 3_000],
    [{ 'x-wait': '5' }, { after: 'X-Wait' }, 5_000],
    [{ 'x-wait': '5', 'x-other': '9' }, { after: ['x-wait', 'x-other'] }, 9_000],
    [{ 'x-reset': String(IN_30_S) }, { at: 'x-reset' }, 30_000],
    [{ 'x-reset': String(IN_30_S * 1000) }, { at: 'x-reset' }, 30_000],
    [{ 'x-reset': '2026-11-23T12:00:30Z' }, { at: 'x-reset' }, 30_000],
    [{ 'x-reset': String(IN_30_S - 60) }, { at: 'x-reset' }, 3_000],
    [{ 'x-reset': String(IN_30_S), 'x-wait': '40' }, { at: 'x-reset', after: 'x-wait' }, 40_000],
    [{ 'x-wait': '5', 'retry-after': '7' }, { after: 'x-wait' }, 5_000],
    [{ 'x-wait': '99999999' }, { after: 'x-wait' }, 2 ** 31 - 1],
  ])('%j under %j is %i ms', (headers, rules, expected) => expect(waitOf(429, headers, {}, rules)).toBe(expected));

  it('is the one the caller’s headers name, before the provider’s', () => {
    const headers = { 'x-mine': '2', 'x-wait': '40' };
    expect(waitOf(429, headers, { retryHeader: { after: ['x-mine'] } }, { after: 'x-wait' })).toBe(2_000);
  });

  it('may stand in the body', () => {
    const rule = { path: 'error.message', value: '/Retry after (.+)$/', strategy: 'at' as const };
    expect(decide(429, {}, {}, { in_body: rule })).toEqual({ retry: true, waitMs: undefined, fallbackMs: 3_000 });
    expect(bodyWait('{"error":{"message":"Too much. Retry after 2026-11-23T12:00:30Z"}}', rule, NOW)).toBe(30_000);
    expect(bodyWait('{"error":{"message":"no"}}', rule, NOW)).toBeUndefined();
    expect(bodyWait('<html>', rule, NOW)).toBeUndefined();
    expect(bodyWait('{"s":4}', { path: 's', value: '(.*)', strategy: 'after' }, NOW)).toBe(4_000);
  });
});
