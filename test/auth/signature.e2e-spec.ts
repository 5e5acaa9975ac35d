import { beforeAll, expect, it } from 'vitest';
import type { Refusal } from './support/customer.js';
import { expectFormGuards, expectRefusalPassedOn } from './support/refusals.js';
import { customer, farm, wrongSecret } from './support/world.js';

/** SIGNATURE: WSSE (spec/auth.md §2.14). */
const PATH = '/auth/signature';
const { who, username, password } = farm.users.wsse;
const login = { type: 'SIGNATURE', username, password };
const PATIENCE = { interval: 300, timeout: 10_000 };
let key: string;
beforeAll(async () => {
  key = await customer.integration('farm-wsse');
});

it('proves a password by a digest', async () => {
  const id = await customer.connect(PATH, key, login);
  const { credentials } = await customer.connection(key, id);
  expect(credentials).toMatchObject({ type: 'SIGNATURE', username, password, expires_at: expect.any(String) });
  expect(credentials['token']).toMatch(
    /^UsernameToken Username="acme001", PasswordDigest="[^"]+", Nonce="[0-9a-f]{32}", Created="[^"]+"$/,
  );
  expect(await customer.who(key, id)).toBe(who);
});

it('makes another digest when the last one is nearly over', async () => {
  const short = await customer.integration('farm-wsse-short');
  const id = await customer.connect(PATH, short, login);
  const first = (await customer.connection(short, id)).credentials['token'];
  await expect.poll(async () => (await customer.connection(short, id)).credentials['token'], PATIENCE).not.toBe(first);
});

it('refuses a wrong password, and a body without its type', async () => {
  const wrong = await customer.submit<Refusal>(PATH, key, { ...login, password: await wrongSecret() });
  expect([wrong.status, wrong.body.error.code]).toEqual([400, 'connection_test_failed']);
  const untyped = await customer.submit<Refusal>(PATH, key, { username, password });
  expect([untyped.status, untyped.body.error.code]).toEqual([400, 'invalid_body']);
});

it('guards integrations and environments', () => expectFormGuards(PATH, key, login));

it('passes on that the provider takes it no more', async () => {
  const id = await customer.connect(PATH, key, login);
  await expectRefusalPassedOn(key, id);
});
