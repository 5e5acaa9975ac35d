import { beforeAll, expect, it } from 'vitest';
import type { Refusal } from './support/customer.js';
import { expectFormGuards, expectRefusalPassedOn } from './support/refusals.js';
import { customer, farm, wrongSecret } from './support/world.js';

/** BASIC (spec/auth.md §2.8). */
const PATH = '/api-auth/basic';
const { who, username, password } = farm.users.basic;
let key: string;
beforeAll(async () => {
  key = await customer.integration('farm-basic');
});

it('connects with a login that the provider takes, and calls it with that login', async () => {
  const id = await customer.connect(PATH, key, { username, password });
  expect((await customer.connection(key, id)).credentials).toEqual({ type: 'BASIC', username, password });
  expect(await customer.who(key, id)).toBe(who);
});

it('refuses a wrong password', async () => {
  const reply = await customer.submit<Refusal>(PATH, key, { username, password: await wrongSecret() });
  expect([reply.status, reply.body.error.code]).toEqual([400, 'connection_test_failed']);
});

it('wants both fields, which may be empty', async () => {
  const reply = await customer.submit<Refusal>(PATH, key, { username });
  expect([reply.status, reply.body.error.code, reply.body.error.errors?.[0]?.path]).toEqual([400, 'invalid_body', ['password']]);
  expect((await customer.submit<Refusal>(PATH, key, { username: '', password: '' })).body.error.code).toBe(
    'connection_test_failed',
  );
});

it('guards integrations and environments', () => expectFormGuards(PATH, key, { username, password }));

it('passes on that the provider takes it no more', async () => {
  const id = await customer.connect(PATH, key, { username, password });
  await expectRefusalPassedOn(key, id);
});
