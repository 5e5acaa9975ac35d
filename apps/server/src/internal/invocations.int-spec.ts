import { type DynamicModule, Injectable, Module } from '@nestjs/common';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type JobName, type Outcome, scriptFailure } from '#libs/contracts';
import { signExecutionToken } from '#libs/execution-token';
import { ActionAnswers, type ActionJob, AsyncActionsModule } from '#libs/executions';
import { HandlesJob, type JobHandler, WorkersModule } from '#libs/queues';
import { startTestServer, type TestServer } from '../deploys/test-server.js';
import { InvocationsModule } from './invocations.module.js';

/** Actions and syncs that functions run: the routes do as the public ones do, for a run's token. */
const KEY = 'crm';
const keys = generateKeyPairSync('ed25519');
const OF = { 'provider-config-key': KEY, 'connection-id': 'one' };
let server: TestServer;
let token: string;
/** What the next actions answer. */
let behaviour: (input: unknown) => Outcome;

// Apart, since what stands in source files is taken for the one handler that services have.
const ACTION: JobName = 'action.run';

@Injectable()
@HandlesJob(ACTION)
class Actor implements JobHandler<'action.run'> {
  constructor(private readonly answers: ActionAnswers) {}

  async handle(job: ActionJob): Promise<void> {
    await this.answers.answer(job, behaviour(await this.answers.inputOf(job)), Date.now());
  }

  async lost(): Promise<void> {}
}

@Module({})
class ActorModule {
  static forRoot(): DynamicModule {
    const concurrency = { action: 5, 'action-async': 1, sync: 1, 'on-event': 1, delivery: 1, maintenance: 1 };
    const workers = WorkersModule.forRoot({ concurrency, graceMs: 1_000, lockMs: 5_000, stalledCheckMs: 1_000 });
    return { module: ActorModule, imports: [workers], providers: [Actor] };
  }
}

const deployed = (type: 'action' | 'sync', syncName: string) => ({
  type,
  syncName,
  providerConfigKey: KEY,
  models: type === 'sync' ? ['Contact'] : [],
  runs: type === 'sync' ? 'every hour' : null,
  fileBody: { js: syncName, ts: syncName },
});

beforeAll(async () => {
  const publicKey = keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  server = await startTestServer(AsyncActionsModule, InvocationsModule.forRoot(publicKey), ActorModule.forRoot());
  await server.call('POST', '/integrations', { provider: 'private-api-bearer', unique_key: KEY });
  const connection = { provider_config_key: KEY, connection_id: 'one', connection_config: { base_url: 'https://api.example' } };
  await server.call('POST', '/connections', { ...connection, credentials: { type: 'API_KEY', apiKey: 'k' } });
  const flowConfigs = [deployed('action', 'greet'), deployed('sync', 'contacts')];
  const answer = await server.call('POST', '/sync/deploy', { flowConfigs, nangoYamlBody: '', reconcile: true, debug: false });
  expect(answer).toMatchObject({ status: 200 });
  token = tokenOf(server.environmentId);
});
afterAll(() => server?.close());
beforeEach(() => {
  behaviour = (input) => ({ status: 'succeeded', output: { greeted: input }, durationMs: 1, proxyCalls: 0 });
});

const tokenOf = (environmentId: number) =>
  signExecutionToken(keys.privateKey, {
    sub: randomUUID(),
    exp: Math.floor(Date.now() / 1000) + 600,
    kind: 'action',
    accountId: 1,
    environmentId,
    environmentName: 'dev',
    connectionRowId: 1,
    connectionId: 'one',
    providerConfigKey: KEY,
    functionName: 'caller',
    operationId: 'any',
    models: [],
    variant: 'base',
  });
const post = (path: string, body: object, headers: Record<string, string> = {}, as = token) =>
  server.call('POST', `/internal/${path}`, body, { ...headers, authorization: `Bearer ${as}` });
const queuedSyncs = () => server.db.query(`SELECT id FROM executions WHERE kind = 'sync' AND state = 'queued'`);
const schedules = () =>
  server.call<{ syncs: { name: string; status: string }[] }>('GET', `/sync/status?syncs=*&provider_config_key=${KEY}`);

describe('an action that a run triggers', () => {
  it('answers its output alone', async () => {
    expect(await post('action/trigger', { action_name: 'greet', input: { name: 'Ann' } }, OF)).toEqual({
      status: 200,
      body: { greeted: { name: 'Ann' } },
    });
  });

  it('fails as it does for a caller with a key', async () => {
    const error = scriptFailure('action', 'gone');
    behaviour = () => ({ status: 'failed', error, durationMs: 1, proxyCalls: 0 });
    const body = { action_name: 'greet', input: 1 };
    const answer = await post('action/trigger', body, OF);
    expect(answer).toEqual(await server.call('POST', '/action/trigger', body, OF));
    expect(answer).toEqual({
      status: 500,
      body: {
        error: {
          code: 'action_script_failure',
          message: 'The action script failed with an error: gone',
          payload: { error: 'gone' },
        },
      },
    });
  });

  it.each<[string, object, Record<string, string>]>([
    ['an unknown connection', { action_name: 'greet' }, { ...OF, 'connection-id': 'none' }],
    ['an unknown action', { action_name: 'wave' }, OF],
    ['no connection', { action_name: 'greet' }, { 'provider-config-key': KEY }],
    ['no name', { input: 1 }, OF],
  ])('with %s is refused as it is for a caller with a key', async (_what, body, headers) => {
    const answer = await post('action/trigger', body, headers);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer).toEqual(await server.call('POST', '/action/trigger', body, headers));
  });

  it('is of the run’s own environment', async () => {
    const other = await server.db.query<{ id: number }>(`SELECT id FROM environments WHERE name = 'prod'`);
    const answer = await post('action/trigger', { action_name: 'greet' }, OF, tokenOf(other[0]?.id ?? 0));
    expect(answer).toEqual({
      status: 400,
      body: { error: { code: 'unknown_connection', message: 'Failed to find connection' } },
    });
  });
});

describe('a sync that a run triggers', () => {
  it('runs', async () => {
    const before = (await queuedSyncs()).length;
    const body = { provider_config_key: KEY, connection_id: 'one', syncs: ['contacts'], sync_mode: 'full_refresh' };
    expect(await post('sync/trigger', body)).toEqual({ status: 200, body: { success: true } });
    expect((await queuedSyncs()).length - before).toBe(1);
  });

  it('is let run on its schedule', async () => {
    const of = { provider_config_key: KEY, connection_id: 'one', syncs: ['contacts'] };
    await server.call('POST', '/sync/pause', of);
    expect((await schedules()).body.syncs[0]?.status).toBe('PAUSED');
    expect(await post('sync/start', of)).toEqual({ status: 200, body: { success: true } });
    expect((await schedules()).body.syncs[0]?.status).not.toBe('PAUSED');
  });

  it.each<['trigger' | 'start', object]>([
    ['trigger', { provider_config_key: 'none', syncs: ['contacts'] }],
    ['trigger', { provider_config_key: KEY, connection_id: 'none', syncs: ['contacts'] }],
    ['trigger', { provider_config_key: KEY, syncs: ['contacts'], sync_mode: 'sometimes' }],
    ['start', { provider_config_key: KEY, connection_id: 'one', syncs: ['none'] }],
  ])('is refused as the public route refuses it: %s %j', async (what, body) => {
    const answer = await post(`sync/${what}`, body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer).toEqual(await server.call('POST', `/sync/${what}`, body));
  });
});

it.each(['action/trigger', 'sync/trigger', 'sync/start'])('%s takes no API key', async (path) => {
  expect(await post(path, {}, OF, server.otherKey)).toMatchObject({
    status: 401,
    body: { error: { code: 'invalid_execution_token' } },
  });
});
