import { beforeAll, expect, it } from 'vitest';
import type { Refusal } from './support/customer.js';
import { Hooks } from './support/hooks.js';
import { expectFormGuards, expectRefusalPassedOn } from './support/refusals.js';
import { customer, farm, wrongSecret } from './support/world.js';

/** API_KEY (spec/auth.md §2.8). */
const PATH = '/api-auth/api-key';
const { who, apiKey } = farm.users.apiKey;
let key: string;
beforeAll(async () => {
  key = await customer.integration('farm-api-key');
});

it('connects with a key that the provider takes, and calls it with that key', async () => {
  const id = await customer.connect(PATH, key, { apiKey }, { session: { tags: { plan: 'pro' } } });
  const connection = await customer.connection(key, id);
  expect(connection).toMatchObject({ provider: 'farm-api-key', credentials: { type: 'API_KEY', apiKey }, tags: { plan: 'pro' } });
  expect(Object.keys(connection.credentials).toSorted()).toEqual(['apiKey', 'type']);
  expect(await customer.who(key, id)).toBe(who);
});

it('refuses a key that the provider does not take, keeps nothing, and tells the customer', async () => {
  const hooks = await Hooks.listen();
  const session = { end_user: { id: 'wrong-key' }, webhook_url_override: hooks.url };
  const reply = await customer.submit<Refusal>(PATH, key, { apiKey: await wrongSecret() }, { session });
  expect([reply.status, reply.body.error.code]).toEqual([400, 'connection_test_failed']);
  await hooks.expect(key, { operation: 'creation', success: false, authMode: 'API_KEY' });
  await hooks.close();
  expect((await customer.api.get<{ connections: unknown[] }>('/connections?endUserId=wrong-key')).body.connections).toEqual([]);
});

it('names what is missing', async () => {
  const reply = await customer.submit<Refusal>(PATH, key, { apiKey: '' });
  expect([reply.status, reply.body.error.code, reply.body.error.errors?.[0]?.path]).toEqual([400, 'invalid_body', ['apiKey']]);
});

it('is not for integrations of other modes', async () => {
  const basic = await customer.integration('farm-basic');
  const reply = await customer.submit<Refusal>(PATH, basic, { apiKey });
  expect([reply.status, reply.body.error.code]).toEqual([400, 'invalid_auth_mode']);
});

it('guards integrations and environments', () => expectFormGuards(PATH, key, { apiKey }));

it('renews a connection in place, in a session for it alone', async () => {
  const id = await customer.connect(PATH, key, { apiKey });
  const { data } = await customer.nango.createReconnectSession({ connection_id: id, integration_id: key });
  expect(await customer.connect(PATH, key, { apiKey }, { token: data.token })).toBe(id);
  const refused = await customer.submit<Refusal>(PATH, key, { apiKey: await wrongSecret() }, { token: data.token });
  expect(refused.body.error.code).toBe('connection_test_failed');
  expect(await customer.who(key, id)).toBe(who);
});

it('passes on that the provider takes a key no more', async () => {
  await expectRefusalPassedOn(key, await customer.connect(PATH, key, { apiKey }));
});
