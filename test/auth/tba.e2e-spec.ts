import { beforeAll, expect, it } from 'vitest';
import type { Refusal } from './support/customer.js';
import { expectFormGuards, expectRefusalPassedOn } from './support/refusals.js';
import { customer, farm, wrongSecret } from './support/world.js';

/** TBA (spec/auth.md §2.11). */
const PATH = '/auth/tba';
const { who, accountId, token_id, token_secret } = farm.users.tba;
const query = { 'params[accountId]': accountId };
const { id: client_id, secret: client_secret } = farm.apps.netsuite;
let key: string;
beforeAll(async () => {
  key = await customer.integration('farm-tba', { credentials: { type: 'TBA', client_id, client_secret } });
});

it('signs every call with the four parts of its secret', async () => {
  const id = await customer.connect(PATH, key, { token_id, token_secret }, { query });
  const connection = await customer.connection(key, id);
  expect(connection.credentials).toMatchObject({ type: 'TBA', token_id, token_secret });
  expect(connection.connection_config).toMatchObject({
    accountId,
    oauth_client_id: client_id,
    oauth_client_secret: client_secret,
  });
  expect([await customer.who(key, id), await customer.who(key, id)]).toEqual([who, who]);
});

it('takes a consumer of the connection’s own', async () => {
  const other = await customer.integration('farm-tba', {
    credentials: { type: 'TBA', client_id: 'other', client_secret: await wrongSecret() },
  });
  const own = { oauth_client_id_override: client_id, oauth_client_secret_override: client_secret };
  const id = await customer.connect(PATH, other, { token_id, token_secret, ...own }, { query });
  expect((await customer.connection(other, id)).credentials).toMatchObject({ config_override: { client_id, client_secret } });
  expect(await customer.who(other, id)).toBe(who);
});

it('refuses a wrong secret, and an account id that is missing', async () => {
  const wrong = await customer.submit<Refusal>(PATH, key, { token_id, token_secret: await wrongSecret() }, { query });
  expect([wrong.status, wrong.body.error.code]).toEqual([400, 'invalid_credentials']);
  const missing = await customer.submit<Refusal>(PATH, key, { token_id, token_secret });
  expect([missing.status, missing.body.error.errors?.[0]?.path.at(-1)]).toEqual([400, 'accountId']);
});

it('guards integrations and environments', () => expectFormGuards(PATH, key, { token_id, token_secret }));

it('passes on that the provider takes it no more', async () => {
  const id = await customer.connect(PATH, key, { token_id, token_secret }, { query });
  await expectRefusalPassedOn(key, id);
});
