import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stack, startStack } from '#libs/testing';
import { type RotatingProvider, startRotatingProvider } from '../../tools/chaos/rotating-provider.mjs';
import { Api, expectStatus } from '../e2e/support/api.js';

/** Tokens that nobody asks for: the orchestrator finds them, jobs renews them (spec/auth.md §4.4). */
const KEY = 'ahead';
let provider: RotatingProvider;
let folder: string;
let stack: Stack;
let api: Api;

beforeAll(async () => {
  provider = await startRotatingProvider();
  folder = mkdtempSync(join(tmpdir(), 'fairlead-ahead-'));
  writeFileSync(join(folder, 'catalogue.json'), JSON.stringify(provider.catalogue));
  const env = { NANGO_PROVIDERS_PATH: join(folder, 'catalogue.json'), CRON_REFRESH_CONNECTIONS_EVERY_MIN: '0.01' };
  stack = await startStack({ mode: 'split', env });
  api = new Api(stack);
  const credentials = { type: 'OAUTH2', client_id: 'id', client_secret: 'secret' };
  await expectStatus(api.post('/integrations', { provider: 'chaos-rotating', unique_key: KEY, credentials }), 200);
});
afterAll(async () => {
  await stack.stop();
  await provider.close();
  rmSync(folder, { recursive: true });
});

it('are renewed once before they end, and their users find the new one', async () => {
  const grant = provider.newGrant();
  const { accessToken: access_token, refreshToken: refresh_token } = grant;
  const expires_at = new Date(Date.now() + 4_000).toISOString();
  const credentials = { type: 'OAUTH2', access_token, refresh_token, expires_at };
  await expectStatus(api.post('/connections', { provider_config_key: KEY, connection_id: 'c', credentials }), 201);
  await expect.poll(() => grant.accepted, { timeout: 30_000 }).toBe(1);
  const read = () => api.get<{ credentials: { access_token: string } }>(`/connections/c?provider_config_key=${KEY}`);
  await expect.poll(async () => (await read()).body.credentials.access_token, { timeout: 10_000 }).toBe(grant.accessToken);
  expect([grant.accepted, grant.revoked]).toEqual([1, false]);
});
