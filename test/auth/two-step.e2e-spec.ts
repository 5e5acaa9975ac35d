import { expect, it } from 'vitest';
import type { Refusal } from './support/customer.js';
import { expectFormGuards, expectRevocationStory } from './support/refusals.js';
import { untilDue } from './support/renewal.js';
import { control, counting, customer, farm, wrongSecret } from './support/world.js';

/** TWO_STEP (spec/auth.md §2.13). */
const PATH = '/auth/two-step';
const { who, username, password } = farm.users.twoStep;
const login = { type: 'TWO_STEP', username, password };

it('trades a login for a token, and renews it with the refresh token it got', async () => {
  const calls = await counting('login.two-step', 'login.two-step.refresh');
  const key = await customer.integration('farm-two-step');
  const id = await customer.connect(PATH, key, login);
  await untilDue();
  const { credentials } = await customer.connection(key, id);
  expect(credentials).toMatchObject({ type: 'TWO_STEP', username, password, token: expect.any(String) });
  expect(JSON.stringify(credentials)).not.toContain('two-step-refresh');
  expect((await customer.connection(key, id, false, true)).credentials).toMatchObject({ refresh_token: expect.any(String) });
  expect(await customer.who(key, id)).toBe(who);
  expect(await calls()).toEqual([1, 1]);
});

it.concurrent.each(['cookie', 'xml', 'steps'])('speaks %s, and logs in again when that is due', async (kind) => {
  const calls = await counting(`login.${kind}`);
  const key = await customer.integration(`farm-two-step-${kind}`);
  const id = await customer.connect(PATH, key, login);
  await untilDue();
  expect(await customer.who(key, id)).toBe(who);
  expect((await calls())[0]).toBeGreaterThanOrEqual(2);
});

it('refuses a wrong password without repeating it', async () => {
  const key = await customer.integration('farm-two-step');
  const wrong = await wrongSecret();
  const reply = await customer.submit<Refusal>(PATH, key, { ...login, password: wrong });
  expect([reply.status, reply.body.error.code]).toEqual([400, 'invalid_credentials']);
  expect(reply.text).not.toContain(wrong);
});

it('names what is missing', async () => {
  const reply = await customer.submit<Refusal>(PATH, await customer.integration('farm-two-step'), { type: 'TWO_STEP', username });
  expect([reply.status, reply.body.error.errors?.[0]?.path.at(-1)]).toEqual([400, 'password']);
});

it('guards integrations and environments', async () =>
  expectFormGuards(PATH, await customer.integration('farm-two-step'), login));

it('says so when the provider takes a login no more, and when it does again', async () => {
  const key = await customer.integration('farm-two-step');
  await expectRevocationStory({
    key,
    connect: (options) => customer.connect(PATH, key, login, options),
    who: async () => who,
  });
  await control.restore(who);
});
