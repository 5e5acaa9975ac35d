import { expect, it } from 'vitest';
import type { Refusal } from './support/customer.js';
import { expectFormGuards } from './support/refusals.js';
import { customer, farm } from './support/world.js';

/** OAUTH2 that begins at the provider: a connection that waits for an installation (spec/auth.md §2.17). */
const PATH = '/auth/oauth-outbound';
const { id: client_id, secret: client_secret } = farm.apps.oauth2;
const credentials = { type: 'OAUTH2', client_id, client_secret };

it('is there at once, and waits', async () => {
  const key = await customer.integration('farm-outbound', { credentials });
  const reply = await customer.submit<{ connectionId: string; isPending: boolean }>(PATH, key, undefined);
  expect([reply.status, reply.body]).toEqual([
    200,
    { connectionId: expect.any(String), providerConfigKey: key, isPending: true },
  ]);
  const connection = await customer.connection(key, reply.body.connectionId);
  expect(connection.connection_config).toMatchObject({ pending: true });
});

it('is not for providers that a browser is sent to', async () => {
  const key = await customer.integration('farm-oauth2-plain', { credentials });
  const reply = await customer.submit<Refusal>(PATH, key, undefined);
  expect([reply.status, reply.body.error.code]).toEqual([400, 'invalid_auth_mode']);
});

it('guards integrations and environments', async () =>
  expectFormGuards(PATH, await customer.integration('farm-outbound', { credentials }), {}));
