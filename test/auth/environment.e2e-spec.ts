import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import type { Connected, Refusal } from './support/customer.js';
import { LiveResult } from './support/live-result.js';
import { Visitor } from './support/visitor.js';
import { control, farm, prodCustomer as customer, stack } from './support/world.js';

/** What an environment decides for all its flows: public keys, signatures, the callback address (spec/auth.md §3.3, §3.7). */
const { id: client_id, secret: client_secret } = farm.apps.oauth2;
const hmacKey = `hmac-${randomUUID()}`;
let publicKey: string;
let relay: Upstream;
let oauth: string;
let apiKey: string;

const settings = (body: object) => customer.api.patch('/api/v1/environments/connect', body);

beforeAll(async () => {
  await control.keepSecret(hmacKey);
  relay = await startUpstream();
  relay.on('GET', '/cb', ({ query }) => ({
    status: 302,
    headers: { location: `${stack.baseUrl}/oauth/callback?${new URLSearchParams(query).toString()}` },
  }));
  publicKey = (await customer.api.get<{ data: { public_key: string } }>('/api/v1/environments/connect')).body.data.public_key;
  oauth = await customer.integration('farm-oauth2-plain', { credentials: { type: 'OAUTH2', client_id, client_secret } });
  apiKey = await customer.integration('farm-api-key');
});
afterAll(async () => {
  await settings({ hmac_enabled: false, callback_url: '' });
  await relay.close();
});

const post = <Body>(query: Record<string, string>) =>
  customer.api.post<Body>(
    `/api-auth/api-key/${apiKey}?${new URLSearchParams({ public_key: publicKey, ...query }).toString()}`,
    { apiKey: farm.users.apiKey.apiKey },
    { key: null },
  );

async function popup(query: Record<string, string>) {
  const live = await LiveResult.listen(stack.baseUrl);
  const all = new URLSearchParams({ public_key: publicKey, ws_client_id: live.clientId, ...query });
  const landing = await new Visitor().open(`${stack.baseUrl}/oauth/connect/${oauth}?${all.toString()}`);
  const outcome = await live.outcome;
  live.close();
  return { landing, outcome };
}

it('a page with the public key chooses the connection’s id', async () => {
  expect((await post<Connected>({ connection_id: 'mine' })).body).toEqual({ connectionId: 'mine', providerConfigKey: apiKey });
  const { outcome } = await popup({ connection_id: 'mine-too' });
  expect(outcome).toMatchObject({ message_type: 'success', connection_id: 'mine-too' });
  expect(await customer.who(oauth, 'mine-too')).toMatch(/^user-/);
});

it('a public key that is none opens nothing', async () => {
  const reply = await post<Refusal>({ public_key: randomUUID() });
  expect([reply.status, reply.body.error.code]).toEqual([401, 'unknown_account']);
});

it('a page must sign what it asks for, where the environment says so', async () => {
  await settings({ hmac_enabled: true, hmac_key: hmacKey });
  const sign = (text: string) => createHmac('sha256', hmacKey).update(text).digest('hex');
  const unsigned = await post<Refusal>({ connection_id: 'signed' });
  expect([unsigned.status, unsigned.body.error.code]).toEqual([400, 'missing_hmac']);
  const wrong = await post<Refusal>({ connection_id: 'signed', hmac: sign(`${apiKey}:other`) });
  expect([wrong.status, wrong.body.error.code]).toEqual([400, 'invalid_hmac']);
  expect((await post({ connection_id: 'signed', hmac: sign(`${apiKey}:signed`) })).status).toBe(200);
  expect((await popup({ connection_id: 'signed' })).outcome).toMatchObject({ message_type: 'error', error_type: 'missing_hmac' });
  const signed = await popup({ connection_id: 'signed', hmac: sign(`${oauth}:signed`) });
  expect(signed.outcome).toMatchObject({ message_type: 'success', connection_id: 'signed' });
  // Sessions are made by the customer's server, which needs no signature.
  expect((await customer.flow(oauth)).outcome).toMatchObject({ message_type: 'success' });
  await settings({ hmac_enabled: false });
});

it('browsers come back by the environment’s own address', async () => {
  await settings({ callback_url: `${relay.url}/cb` });
  const { outcome, landing } = await customer.flow(oauth);
  expect(outcome).toMatchObject({ message_type: 'success' });
  expect(landing.trail.find((url) => url.startsWith(`${relay.url}/cb?`))).toBeDefined();
});
