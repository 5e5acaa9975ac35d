import { Nango } from '@nangohq/node';
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, startUpstream, type Stack, type Upstream } from '#libs/testing';
import { runCli } from './cli.js';

/** The published SDK and CLI, unmodified, from an empty environment to synced records. */
const PCK = 'acme';
const CONNECTION = 'acme-customer';
let stack: Stack;
let upstream: Upstream;
let nango: Nango;
const contacts = Array.from({ length: 25 }, (_, n) => ({ id: String(n), name: `Contact ${n}`, email: `c${n}@example.com` }));

beforeAll(async () => {
  stack = await startStack();
  upstream = await startUpstream();
  upstream.on('GET', '/contacts', (request) => {
    const page = Number(request.query['page'] ?? 0);
    return { status: 200, body: { contacts: contacts.slice(page * 10, page * 10 + 10), more: page < 2 } };
  });
  upstream.on('POST', '/contacts', (request) => ({ status: 201, body: { id: '99', ...(request.json as object) } }));
  upstream.on('GET', '/me', (request) => ({ status: 200, body: { authorization: request.headers.authorization } }));
  upstream.on('POST', '/hook', () => ({ status: 200, body: {} }));
  nango = new Nango({ host: stack.baseUrl, apiKey: stack.secretKey });
}, 120_000);
afterAll(async () => {
  await upstream.close();
  await stack.stop();
});

describe('@nangohq/node', () => {
  it('creates an integration and a connection', async () => {
    const integration = await nango.createIntegration({ provider: 'private-api-bearer', unique_key: PCK, display_name: 'Acme' });
    expect(integration.data).toMatchObject({ unique_key: PCK, provider: 'private-api-bearer', display_name: 'Acme' });
    const response = await fetch(`${stack.baseUrl}/connections`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.secretKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        provider_config_key: PCK,
        connection_id: CONNECTION,
        connection_config: { base_url: upstream.url },
        credentials: { type: 'API_KEY', apiKey: 'acme-secret' },
        tags: { team: 'blue' },
      }),
    });
    expect(response.status).toBe(201);
  });

  it('reads them back', async () => {
    expect((await nango.listIntegrations()).configs.map((config) => config.unique_key)).toContain(PCK);
    const connection = await nango.getConnection(PCK, CONNECTION);
    expect(connection.credentials).toMatchObject({ type: 'API_KEY', apiKey: 'acme-secret' });
    expect((await nango.listConnections({ tags: { team: 'blue' } })).connections).toHaveLength(1);
    expect((await nango.getProvider({ provider: 'openai' })).data).toMatchObject({ name: 'openai', auth_mode: 'API_KEY' });
  });

  it('sets and merges metadata', async () => {
    await nango.setMetadata(PCK, CONNECTION, { plan: 'pro' });
    await nango.updateMetadata(PCK, CONNECTION, { seats: 2 });
    expect(await nango.getMetadata(PCK, CONNECTION)).toEqual({ plan: 'pro', seats: 2 });
  });

  it('proxies', async () => {
    const get = await nango.get({ providerConfigKey: PCK, connectionId: CONNECTION, endpoint: '/me' });
    expect(get.data).toEqual({ authorization: 'Bearer acme-secret' });
    const post = await nango.post({
      providerConfigKey: PCK,
      connectionId: CONNECTION,
      endpoint: '/contacts',
      data: { name: 'N', email: 'n@example.com' },
    });
    expect([post.status, post.data]).toEqual([201, { id: '99', name: 'N', email: 'n@example.com' }]);
  });
});

describe('nango', () => {
  it('compiles and deploys a project', async () => {
    expect(await runCli(stack, ['compile'])).toMatchObject({ exitCode: 0 });
    const deployed = await runCli(stack, ['deploy', 'dev', '--auto-confirm', '--allow-destructive']);
    expect(deployed, deployed.output).toMatchObject({ exitCode: 0 });
    const functions = await nango.listFunctions({ uniqueKey: PCK }, {});
    expect(
      functions.data.map((fn) => [fn.name, fn.type, fn.enabled]).toSorted((a, b) => String(a[0]).localeCompare(String(b[0]))),
    ).toEqual([
      ['contacts', 'sync', true],
      ['create-contact', 'action', true],
      ['fail-on-purpose', 'action', true],
    ]);
  }, 120_000);

  it('dry-runs a sync and an action', async () => {
    const sync = await runCli(stack, ['dryrun', 'contacts', CONNECTION, '-e', 'dev', '--integration-id', PCK, '--auto-confirm']);
    expect(sync, sync.output).toMatchObject({ exitCode: 0 });
    expect(sync.output).toContain('Contact 24');
    const action = await runCli(stack, [
      'dryrun',
      'create-contact',
      CONNECTION,
      '-e',
      'dev',
      '--integration-id',
      PCK,
      '--input',
      '{"name":"Dry","email":"dry@example.com"}',
    ]);
    expect(action.output).toContain('dry@example.com');
  }, 120_000);
});

describe('deployed functions', () => {
  it('run as actions', async () => {
    expect(await nango.triggerAction(PCK, CONNECTION, 'create-contact', { name: 'Ada', email: 'ada@example.com' })).toEqual({
      id: '99',
      name: 'Ada',
      email: 'ada@example.com',
    });
    await expect(nango.triggerAction(PCK, CONNECTION, 'fail-on-purpose', { reason: 'as planned' })).rejects.toMatchObject({
      response: { status: 500, data: { error: { code: 'action_script_runtime_error', payload: { reason: 'as planned' } } } },
    });
  });

  it('run as a sync whose records can be paged through', async () => {
    await nango.triggerSync(PCK, ['contacts'], CONNECTION);
    await expect
      .poll(async () => (await nango.syncStatus(PCK, ['contacts'], CONNECTION)).syncs[0]?.recordCount, { timeout: 30_000 })
      .toEqual({ Contact: 25 });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await nango.listRecords<{ id: string }>({
        providerConfigKey: PCK,
        connectionId: CONNECTION,
        model: 'Contact',
        limit: 10,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...page.records.map((record) => record.id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
  });

  it('announce their results with a signature the SDK accepts', async () => {
    const rotated = await fetch(`${stack.baseUrl}/environment/webhook-signing-key/rotate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.secretKey}` },
    });
    const { data } = (await rotated.json()) as { data: { webhook_signing_key: string } };
    await fetch(`${stack.baseUrl}/api/v1/environments/webhook`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${stack.secretKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ primary_url: `${upstream.url}/hook` }),
    });
    await nango.triggerSync(PCK, ['contacts'], CONNECTION);
    const hooks = () => upstream.requests.filter((request) => request.path === '/hook');
    await expect.poll(() => hooks().length, { timeout: 30_000 }).toBeGreaterThan(0);
    const [hook] = hooks();
    const receiver = new Nango({ host: stack.baseUrl, apiKey: stack.secretKey, webhookSigningKey: data.webhook_signing_key });
    expect(receiver.verifyIncomingWebhookRequest(hook?.text ?? '', hook?.headers ?? {})).toBe(true);
    expect(hook?.headers['x-nango-hmac-sha256']).toBe(
      createHmac('sha256', data.webhook_signing_key)
        .update(hook?.text ?? '')
        .digest('hex'),
    );
  });
});
