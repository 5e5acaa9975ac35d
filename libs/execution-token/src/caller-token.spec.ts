import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { CallerTokens, signExecutionToken, verifyCallerToken, verifyExecutionToken } from './index.js';
import { testClaims } from './test-claims.js';

const HALF_HOUR_MS = 1_800_000;
const pair = generateKeyPairSync('ed25519');
const REFUSED = { code: 'invalid_execution_token' };

it('is the same for half an hour, then another one, and each is good for an hour', async () => {
  const tokens = new CallerTokens(pair.privateKey);
  const now = Date.now();
  const first = tokens.get(now);
  expect(tokens.get(now + HALF_HOUR_MS - 1)).toBe(first);
  const second = tokens.get(now + HALF_HOUR_MS);
  expect(second).not.toBe(first);
  expect(await verifyCallerToken(pair.publicKey, first)).toEqual({ exp: Math.floor(now / 1_000) + 3_600 });
  expect(await verifyCallerToken(pair.publicKey, second)).toEqual({ exp: Math.floor((now + HALF_HOUR_MS) / 1_000) + 3_600 });
});

it('is made anew where the clock was set back', async () => {
  const tokens = new CallerTokens(pair.privateKey);
  const first = tokens.get(Date.now() + 2 * HALF_HOUR_MS);
  expect(tokens.get()).not.toBe(first);
});

it('is refused after its end, and when another key signed it', async () => {
  const ended = new CallerTokens(pair.privateKey).get(Date.now() - 3 * HALF_HOUR_MS);
  await expect(verifyCallerToken(pair.publicKey, ended)).rejects.toMatchObject(REFUSED);
  const foreign = new CallerTokens(generateKeyPairSync('ed25519').privateKey).get();
  await expect(verifyCallerToken(pair.publicKey, foreign)).rejects.toMatchObject(REFUSED);
});

it('opens nothing that a run may open, nor does a run’s token open a runner for all runs', async () => {
  const caller = new CallerTokens(pair.privateKey).get();
  await expect(verifyExecutionToken(pair.publicKey, caller)).rejects.toMatchObject(REFUSED);
  const run = signExecutionToken(pair.privateKey, testClaims);
  await expect(verifyCallerToken(pair.publicKey, run)).rejects.toMatchObject(REFUSED);
});
