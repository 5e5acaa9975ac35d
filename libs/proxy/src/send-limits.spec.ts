import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, loadConfig } from '#libs/kernel';
import { proxyEnv } from './proxy.config.js';
import { sendLimits } from './send-limits.js';

const limitsOf = (env: Record<string, string>) => sendLimits(loadConfig(z.object(proxyEnv), env));

describe('the bounds of calls', () => {
  it('are usual ones where the operator says nothing', () => {
    const usual = { totalMs: 900_000, headMs: 300_000, idleMs: 300_000, replayBytes: 1024 ** 2, networkCodes: new Set() };
    expect([limitsOf({}), sendLimits()]).toEqual([usual, usual]);
  });

  it('are those of the operator, who may want none', () => {
    const env = {
      FAIRLEAD_PROXY_TOTAL_TIMEOUT_MS: '0',
      FAIRLEAD_PROXY_REPLAY_LIMIT_BYTES: '10',
      FAIRLEAD_PROXY_HEAD_TIMEOUT_MS: '0',
      FAIRLEAD_PROXY_IDLE_TIMEOUT_MS: '60000',
      NANGO_RETRYABLE_NETWORK_ERRORS: 'ENOTFOUND, enetunreach',
    };
    expect(limitsOf(env)).toEqual({
      totalMs: Number.POSITIVE_INFINITY,
      headMs: 0,
      idleMs: 60_000,
      replayBytes: 10,
      networkCodes: new Set(['ENOTFOUND', 'ENETUNREACH']),
    });
  });

  it.each([
    ['FAIRLEAD_PROXY_TOTAL_TIMEOUT_MS', '15m'],
    ['FAIRLEAD_PROXY_REPLAY_LIMIT_BYTES', '-1'],
    ['NANGO_RETRYABLE_NETWORK_ERRORS', 'ENOTFOUND;EPIPE'],
  ])('name what is wrong: %s=%s', (name, value) => {
    expect(() => limitsOf({ [name]: value })).toThrow(ConfigError);
    expect(() => limitsOf({ [name]: value })).toThrow(name);
  });
});
