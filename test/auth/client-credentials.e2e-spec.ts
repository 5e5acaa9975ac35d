import { expect, it } from 'vitest';
import type { Refusal } from './support/customer.js';
import { expectFormGuards, expectRevocationStory } from './support/refusals.js';
import { untilDue } from './support/renewal.js';
import { control, counting, customer, farm, wrongSecret } from './support/world.js';

/** OAUTH2_CC (spec/auth.md §2.7). */
const PATH = '/oauth2/auth';
const { who, client_id, client_secret } = farm.users.cc;
const secret = { client_id, client_secret };
const certified = { ...secret, client_certificate: farm.certificate.cert, client_private_key: farm.certificate.key };
const { who: _signing, ...signing } = farm.users.ccKey;

it.concurrent.each([
  ['body', secret, who],
  ['basic', secret, who],
  ['query', secret, who],
  ['key', signing, 'signing-service'],
  ['certificate', certified, who],
])('proves itself by %s, and renews its token before it is over', async (way, given, account) => {
  const calls = await counting(`cc.${way}.accepted`, `cc.${way}.refused`);
  const key = await customer.integration(`farm-cc-${way}`);
  const id = await customer.connect(PATH, key, given);
  await untilDue();
  const { credentials } = await customer.connection(key, id);
  expect(credentials).toMatchObject({
    type: 'OAUTH2_CC',
    ...given,
    token: expect.any(String),
    raw: expect.any(Object),
  });
  expect(Date.parse(credentials['expires_at'] as string) - Date.now()).toBeGreaterThan(3_000_000);
  expect(await customer.who(key, id)).toBe(account);
  expect(await calls()).toEqual([2, 0]);
});

it('asks for the scopes of the connection', async () => {
  const key = await customer.integration('farm-cc-body');
  const query = { 'params[oauth_scopes]': 'read,write' };
  const id = await customer.connect(PATH, key, secret, { query });
  expect((await customer.connection(key, id)).credentials['raw']).toMatchObject({ scope: 'read write' });
});

it.each([
  ['body', { client_id, client_secret: 'no such secret at all' }],
  ['basic', { client_id, client_secret: 'no such secret at all' }],
  ['certificate', { ...certified, client_secret: 'no such secret at all' }],
])('refuses a wrong secret (%s)', async (way, given) => {
  const key = await customer.integration(`farm-cc-${way}`);
  const reply = await customer.submit<Refusal>(PATH, key, { ...given, client_secret: await wrongSecret() });
  expect([reply.status, reply.body.error.code]).toEqual([400, 'invalid_credentials']);
});

it('names what is missing', async () => {
  const key = await customer.integration('farm-cc-body');
  const codes = [{ client_secret }, { client_id }].map(
    async (body) => (await customer.submit<Refusal>(PATH, key, body)).body.error.code,
  );
  expect(await Promise.all(codes)).toEqual(['missing_client_id', 'missing_client_secret']);
});

it('guards integrations and environments', async () =>
  expectFormGuards(PATH, await customer.integration('farm-cc-body'), secret));

it('says so when the provider takes a client no more, and when it does again', async () => {
  const key = await customer.integration('farm-cc-basic');
  await expectRevocationStory({
    key,
    connect: (options) => customer.connect(PATH, key, secret, options),
    who: async () => who,
  });
  await control.restore(who);
});
