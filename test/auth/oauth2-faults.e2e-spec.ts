import { expect, it } from 'vitest';
import type { FarmFault } from '../farm/index.mjs';
import { refused } from './support/published.js';
import { control, counting, customer, farm } from './support/world.js';

/** Token endpoints that are ill: what still holds is used, and no token is lost (spec/auth.md §4.5, design §4). */
const { id: client_id, secret: client_secret } = farm.apps.oauth2;
const integration = (dialect: string) =>
  customer.integration(`farm-oauth2-${dialect}`, { credentials: { type: 'OAUTH2', client_id, client_secret } });

it.each(['cut', 'huge', 'unavailable', 'retry-after', 'retry-date', 'ratelimit-reset'])(
  'a renewal that runs into %s leaves a token that still holds, and says why when it is forced',
  async (dialect) => {
    const key = await integration(dialect);
    const id = await customer.authorize(key);
    expect(await customer.who(key, id)).toMatch(/^user-/);
    const answer = await refused(customer.connection(key, id, true));
    expect(answer).toMatchObject({ status: expect.toSatisfy((status: number) => [400, 424].includes(status)) });
    expect(answer.error).toMatchObject({ code: 'invalid_credentials', payload: { connection: { connection_id: id } } });
    expect(JSON.stringify(answer.error)).not.toMatch(/refresh\.|oauth2-access\./);
    expect(await customer.who(key, id)).toMatch(/^user-/);
    // The endpoint gets well.
    await control.fault(dialect, null);
    expect((await customer.connection(key, id, true)).errors).toEqual([]);
  },
);

it.each<FarmFault>(['cut', 'huge', 'unavailable', 'retry-after'])(
  'a code that runs into %s ends the flow with a word',
  async (fault) => {
    const key = await integration('plain');
    await control.fault('plain', fault, 5);
    const { outcome, landing } = await customer.flow(key);
    await control.fault('plain', fault, 0);
    expect(outcome).toMatchObject({ message_type: 'error', error_type: 'token_err', error_desc: expect.stringMatching(/.{10}/) });
    expect(landing.status).toBe(400);
  },
);

it('a slow renewal is waited for by all, and asked for once', async () => {
  const calls = await counting('oauth2.slow.refresh_token');
  const key = await integration('slow');
  const id = await customer.authorize(key);
  const asked = Promise.all(Array.from({ length: 5 }, () => customer.nango.getToken(key, id, true)));
  await expect.poll(() => control.waiting()).toBe(1);
  await control.release();
  expect(new Set(await asked).size).toBe(1);
  expect(await calls()).toEqual([1]);
});
