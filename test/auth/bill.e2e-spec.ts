import { beforeAll, expect, it } from 'vitest';
import type { Refusal } from './support/customer.js';
import { expectFormGuards, expectRevocationStory } from './support/refusals.js';
import { control, counting, customer, farm, wrongSecret } from './support/world.js';

/** BILL (spec/auth.md §2.14). */
const PATH = '/auth/bill';
const { who, username, password, organization_id, dev_key } = farm.users.bill;
const login = { username, password, organization_id, dev_key };
let key: string;
beforeAll(async () => {
  key = await customer.integration('farm-bill');
});

it('opens a session, whose headers are the caller’s to set', async () => {
  const id = await customer.connect(PATH, key, login);
  const { credentials } = await customer.connection(key, id);
  expect(credentials).toMatchObject({
    type: 'BILL',
    ...login,
    session_id: expect.any(String),
    user_id: '006',
    raw: expect.any(Object),
  });
  expect(Date.parse(credentials['expires_at'] as string) - Date.now()).toBeLessThanOrEqual(35 * 60_000);
  expect(await customer.who(key, id, { devKey: dev_key, sessionId: credentials['session_id'] as string })).toBe(who);
});

it('opens another session when it is told to', async () => {
  const calls = await counting('bill.accepted');
  const id = await customer.connect(PATH, key, login);
  const first = (await customer.connection(key, id)).credentials['session_id'];
  expect((await customer.connection(key, id, true)).credentials['session_id']).not.toBe(first);
  expect(await calls()).toEqual([2]);
});

it('refuses a wrong password', async () => {
  const reply = await customer.submit<Refusal>(PATH, key, { ...login, password: await wrongSecret() });
  expect([reply.status, reply.body.error.code]).toEqual([400, 'invalid_credentials']);
});

it('guards integrations and environments', () => expectFormGuards(PATH, key, login));

it('says so when the provider takes a login no more, and when it does again', async () => {
  await expectRevocationStory({ key, connect: (options) => customer.connect(PATH, key, login, options), who: async () => who });
  await control.restore(who);
});
