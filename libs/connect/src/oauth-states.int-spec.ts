import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase } from '#libs/testing';
import type { PendingFlow } from './connect.types.js';
import { OAuthStates } from './oauth-states.js';
import { type TestStores, testStores } from './test-connect.js';

let database: Awaited<ReturnType<typeof testDatabase>>;
let stores: TestStores;
let states: OAuthStates;

beforeAll(async () => {
  database = await testDatabase();
  stores = await testStores(database.url, database.encryptionKey);
  states = new OAuthStates(stores.db, stores.cipher);
});
afterAll(async () => {
  await stores.close();
  await database.close();
});

const flow: PendingFlow = {
  plan: {
    environmentId: 1,
    integrationId: 1,
    providerConfigKey: 'crm',
    connectionId: 'one',
    connectionConfig: { oauth_client_secret_override: 'very-secret' },
    fixedConfig: {},
    operationId: 'op',
  },
  callbackUrl: 'https://example.com/callback',
  memory: { verifier: 'very-secret' },
};

const save = async () => {
  const state = states.newState();
  await states.save(stores.environmentId, state, flow);
  return state;
};

it('gives back what was remembered, once', async () => {
  const state = await save();
  expect(await states.consume(state)).toEqual(flow);
  expect(await states.consume(state)).toBeNull();
  expect(await states.consume('never given')).toBeNull();
});

it('gives it to one of many that race for it', async () => {
  const state = await save();
  const replica = new OAuthStates(stores.db, stores.cipher);
  const taken = await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 ? states : replica).consume(state)));
  expect(taken.filter((found) => found !== null)).toEqual([flow]);
});

it('forgets it after an hour', async () => {
  const state = await save();
  await stores.db.query(`UPDATE oauth_states SET expires_at = expires_at - interval '1 hour'`);
  expect(await states.consume(state)).toBeNull();
});

it('stores neither the state nor what belongs to it in clear', async () => {
  const state = await save();
  const [row] = await stores.db.query<{ text: string; sealed: Buffer }>(
    'SELECT oauth_states::text AS text, sealed FROM oauth_states',
  );
  expect(row?.text).not.toContain(state);
  expect(row?.sealed.includes('very-secret')).toBe(false);
});

it('does not open a payload that was moved to another state', async () => {
  const [mine, other] = [await save(), await save()];
  await stores.db.query('UPDATE oauth_states SET sealed = (SELECT sealed FROM oauth_states ORDER BY created_at LIMIT 1)');
  const opened = await Promise.allSettled([states.consume(mine), states.consume(other)]);
  expect(opened.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
});
