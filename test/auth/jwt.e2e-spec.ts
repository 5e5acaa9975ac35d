import { expect, it } from 'vitest';
import type { Refusal } from './support/customer.js';
import { expectFormGuards, expectRefusalPassedOn } from './support/refusals.js';
import { customer, farm } from './support/world.js';

/** JWT (spec/auth.md §2.12). */
const PATH = '/auth/jwt';
const { who, keyId, issuerId, privateKey } = farm.users.jwt;
const { ghost } = farm.users;
/** Tokens of one second are the same. */
const PATIENCE = { interval: 300, timeout: 10_000 };
const signer = { type: 'JWT', keyId, issuerId, privateKey };

it('signs tokens with the user’s key, however its lines were pasted', async () => {
  const key = await customer.integration('farm-jwt');
  for (const pasted of [privateKey, privateKey.replaceAll('\n', '\\n'), privateKey.replaceAll('\n', ' ')]) {
    const id = await customer.connect(PATH, key, { ...signer, privateKey: pasted });
    const { credentials } = await customer.connection(key, id);
    expect(credentials).toMatchObject({ type: 'JWT', keyId, issuerId, token: expect.stringMatching(/^ey.+\..+\..+$/) });
    expect(await customer.who(key, id)).toBe(who);
  }
});

it('builds another token when the last one is nearly over', async () => {
  const key = await customer.integration('farm-jwt-short');
  const id = await customer.connect(PATH, key, signer);
  const first = (await customer.connection(key, id)).credentials['token'];
  await expect.poll(async () => (await customer.connection(key, id)).credentials['token'], PATIENCE).not.toBe(first);
});

it('splits a key of two parts and sends what the provider calls it', async () => {
  const key = await customer.integration('farm-ghost');
  const id = await customer.connect(PATH, key, { type: 'JWT', privateKey: `${ghost.id}:${ghost.secret}` });
  expect(await customer.who(key, id)).toBe(ghost.who);
});

it('refuses keys that the provider does not know, and texts that are none', async () => {
  const key = await customer.integration('farm-jwt');
  const other = await customer.submit<Refusal>(PATH, key, { ...signer, issuerId: 'somebody-else' });
  expect([other.status, other.body.error.code]).toEqual([400, 'connection_test_failed']);
  const broken = await customer.submit<Refusal>(PATH, key, { ...signer, privateKey: 'certainly no key' });
  expect(broken.status).toBe(400);
  expect(broken.text).not.toContain('certainly no key');
});

it('guards integrations and environments', async () => expectFormGuards(PATH, await customer.integration('farm-jwt'), signer));

it('passes on that the provider takes it no more', async () => {
  const key = await customer.integration('farm-jwt');
  const id = await customer.connect(PATH, key, signer);
  await expectRefusalPassedOn(key, id);
});
