import { expect, it } from 'vitest';
import { expectFormGuards } from './support/refusals.js';
import { customer } from './support/world.js';

/** NONE (spec/auth.md §2.17). */
const PATH = '/auth/unauthenticated';

it('connects without a question, and calls without credentials', async () => {
  const key = await customer.integration('farm-none');
  // As the frontend SDK does: a content type, and no body.
  const reply = await customer.submit(PATH, key, undefined);
  expect(reply.status).toBe(200);
  const { credentials } = await customer.connection(key, reply.body.connectionId);
  expect(credentials).toEqual({});
  expect(await customer.who(key, reply.body.connectionId)).toBe('anybody');
});

it('accepts an announced body that does not come', async () => {
  const key = await customer.integration('farm-none');
  const token = await customer.session();
  const reply = await customer.api.post<{ providerConfigKey: string }>(
    `${PATH}/${key}?connect_session_token=${token}`,
    undefined,
    {
      key: null,
      headers: { 'content-type': 'application/json' },
    },
  );
  expect([reply.status, reply.body.providerConfigKey]).toEqual([200, key]);
});

it('guards integrations and environments', async () => expectFormGuards(PATH, await customer.integration('farm-none'), {}));
