import { beforeAll, describe, expect, it } from 'vitest';
import { of } from '../e2e/support/api.js';
import { deploy } from '../e2e/support/functions.js';
import { control, counting, customer, farm } from './support/world.js';

/** A provider that refuses a token before its end: proxy and functions renew it and call once more (spec/auth.md §6.6). */
const { id: client_id, secret: client_secret } = farm.apps.oauth2;
const { who: _service, ...service } = farm.users.cc;
let key: string;
let id: string;
let account: string;

beforeAll(async () => {
  key = await customer.integration('farm-oauth2-plain', { credentials: { type: 'OAUTH2', client_id, client_secret } });
  await deploy(customer.api, key, [
    { type: 'action', name: 'who', exec: `return (await nango.get({ endpoint: '/me' })).data.who;` },
    {
      type: 'action',
      name: 'refused',
      exec: `try { await nango.get({ endpoint: '/me', retries: 3 }) } catch (error) { return error.response.status }`,
    },
  ]);
});

const connect = async () => {
  id = await customer.authorize(key);
  account = await customer.who(key, id);
};
const trigger = (action_name: string) => customer.api.post<unknown>('/action/trigger', { action_name }, { headers: of(key, id) });
const triedOften = () =>
  customer.nango.proxy({ method: 'GET', providerConfigKey: key, connectionId: id, endpoint: '/me', retries: 3 });
const statusOf = (call: Promise<unknown>) =>
  call.then(
    () => 200,
    (error: { response?: { status: number } }) => error.response?.status,
  );

describe('a token that was ended by its provider', () => {
  it('costs a proxied call one renewal, and its caller nothing', async () => {
    await connect();
    const renewals = await counting('oauth2.plain.refresh_token');
    await control.end(account);
    expect(await customer.who(key, id)).toBe(account);
    expect(await renewals()).toEqual([1]);
  });

  it('costs a storm of calls one renewal', async () => {
    await connect();
    const counted = await counting('oauth2.plain.refresh_token', 'api.oauth2.accepted');
    await control.end(account);
    const calls = await Promise.all(Array.from({ length: 100 }, () => customer.who(key, id)));
    expect([new Set(calls), await counted()]).toEqual([new Set([account]), [1, 100]]);
  });

  it('costs a function nothing either', async () => {
    await connect();
    const renewals = await counting('oauth2.plain.refresh_token');
    await control.end(account);
    const reply = await trigger('who');
    expect([reply.status, reply.body, await renewals()]).toEqual([200, account, [1]]);
  });

  it('is renewed for credentials of a client too', async () => {
    const own = await customer.integration('farm-cc-body');
    const client = await customer.connect('/oauth2/auth', own, service);
    const who = await customer.who(own, client);
    await control.end(who);
    expect(await customer.who(own, client)).toBe(who);
  });
});

it('a provider that goes on refusing is told so once, and its answer is the call’s', async () => {
  await connect();
  const renewals = await counting('oauth2.plain.refresh_token');
  await control.end(account);
  await customer.who(key, id);
  // The token was renewed a moment ago: what is wrong is something else.
  await control.end(account);
  const statuses = await Promise.all(Array.from({ length: 10 }, () => statusOf(triedOften())));
  expect([new Set(statuses), await renewals()]).toEqual([new Set([401]), [1]]);
  expect((await trigger('refused')).body).toBe(401);
  expect(await renewals()).toEqual([1]);
});

it('credentials that cannot be renewed leave the refusal as it is', async () => {
  await connect();
  await control.revoke(account);
  try {
    expect([await statusOf(customer.who(key, id)), (await trigger('refused')).body]).toEqual([401, 401]);
  } finally {
    await control.restore(account);
  }
});
