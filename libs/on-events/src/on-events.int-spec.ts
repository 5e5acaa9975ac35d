import { Injectable, Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisModule } from '#libs/cache';
import type { JobData, Outcome } from '#libs/contracts';
import { type ConnectionListener, ConnectionListeners, type ConnectionRef } from '#libs/credentials';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { Executions, ExecutionsModule, failedOutcome, lostError, Reconciler } from '#libs/executions';
import { type DeployedFunction, Functions } from '#libs/functions';
import { newId, Secret } from '#libs/kernel';
import { LogsModule, OperationLog } from '#libs/logs';
import { HandlesJob, type JobHandler, QueuesModule, WorkersModule } from '#libs/queues';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { ConnectionEventsModule, OnEventsModule } from './on-events.module.js';
import { OnEvents } from './on-events.service.js';

const SUCCESS: Outcome = { status: 'succeeded', output: { for: 'nobody' }, durationMs: 3, proxyCalls: 2 };
const failure = (message: string) => failedOutcome({ ...lostError('x'), code: 'script_internal_error', payload: { message } });

/** What deployed functions do, by their id. */
const behaviour = new Map<number, () => Promise<Outcome>>();
const ran: number[] = [];
let deployed: DeployedFunction[] = [];

@Injectable()
@HandlesJob('on-event.run')
class Worker implements JobHandler<'on-event.run'> {
  constructor(
    private readonly executions: Executions,
    private readonly onEvents: OnEvents,
  ) {}

  async handle({ executionId }: JobData<'on-event.run'>): Promise<void> {
    const execution = await this.executions.claim(executionId, WORKER);
    if (!execution) return;
    ran.push(execution.functionId);
    await this.onEvents.finish(executionId, await (behaviour.get(execution.functionId) ?? (async () => SUCCESS))());
  }

  lost = () => Promise.resolve();
}
const WORKER = newId();

@Module({})
class World {}

let database: TestDatabase;
let redis: TestRedis;
let app: INestApplicationContext;
let db: Database;
let onEvents: OnEvents;
let hook: ConnectionListener;

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  const functions = { list: async () => deployed } as Partial<Functions>;
  const listeners = { register: (listener: ConnectionListener) => void (hook = listener) } as Partial<ConnectionListeners>;
  const world: DynamicModule = {
    module: World,
    global: true,
    providers: [
      { provide: Functions, useValue: functions },
      { provide: ConnectionListeners, useValue: listeners },
    ],
    exports: [Functions, ConnectionListeners],
  };
  const kinds = { action: 5, 'action-async': 5, sync: 5, 'on-event': 5 };
  const testing = await Test.createTestingModule({
    imports: [
      world,
      DatabaseModule.forRoot({ url: database.url, poolMax: 10, ssl: false, applicationName: 'test' }),
      CryptoModule.forRoot(new Secret(database.encryptionKey)),
      RedisModule.forRoot(redis.url),
      LogsModule.forRoot({ enabled: true, retentionDays: 1 }),
      QueuesModule.forRoot(),
      ExecutionsModule.forRoot({ slots: kinds, environmentCaps: kinds, maxQueued: 100 }),
      WorkersModule.forRoot({ concurrency: { ...kinds, delivery: 1, maintenance: 1 }, graceMs: 500 }),
      OnEventsModule,
      ConnectionEventsModule,
    ],
    providers: [Worker],
  }).compile();
  testing.useLogger(false);
  app = await testing.init();
  db = app.get(Database, { strict: false });
  onEvents = app.get(OnEvents, { strict: false });
});
afterAll(async () => {
  await app.close();
  await Promise.all([database.close(), redis.close()]);
});
beforeEach(async () => {
  ran.length = 0;
  behaviour.clear();
  deployed = [];
  await db.query(`INSERT INTO workers (id, kind) VALUES ($1, 'test') ON CONFLICT DO NOTHING`, [WORKER]);
});

let lastId = 0;
function deploy(event: string, act?: () => Promise<Outcome>, enabled = true): number {
  lastId += 1;
  deployed.push({ id: lastId, name: `f${lastId}`, enabled, definition: { event } } as DeployedFunction);
  if (act) behaviour.set(lastId, act);
  return lastId;
}
const ref: ConnectionRef = {
  id: 7,
  integrationId: 1,
  environmentId: 1,
  connectionId: 'c-7',
  providerConfigKey: 'mail',
  provider: 'mail',
  webhookUrlOverride: null,
};
const saved = (isCompletedLater: boolean) =>
  ({ ref, operation: 'creation', authMode: 'API_KEY', tags: {}, endUser: undefined, isCompletedLater }) as const;
const rows = () =>
  db.query<{ id: string; state: string; function_id: number }>(
    `SELECT id, state, function_id FROM executions WHERE kind = 'on-event' AND function_id = ANY($1)`,
    [deployed.map(({ id }) => id)],
  );
const operation = async (name: string) => {
  await app.get(OperationLog, { strict: false }).flush();
  const [row] = await db.query<Record<string, unknown>>(
    `SELECT type, action, state, error ->> 'type' AS error FROM logs.operations WHERE function_name = $1`,
    [name],
  );
  return row;
};

describe('functions of an event', () => {
  it('run side by side, each is written down, and all that fail are waited for', async () => {
    const [good, bad, worse] = [
      deploy('validate-connection'),
      deploy('validate-connection', async () => failure('first')),
      deploy('validate-connection', async () => failure('second')),
    ];
    deploy('pre-connection-deletion');
    deploy('validate-connection', undefined, false);
    expect(await onEvents.run(ref, 'validate-connection')).toMatchObject({ payload: { message: 'first' } });
    expect(new Set(ran)).toEqual(new Set([good, bad, worse]));
    expect(await operation(`f${good}`)).toEqual({ type: 'events', action: 'validate_connection', state: 'success', error: null });
    expect(await operation(`f${bad}`)).toMatchObject({ state: 'failed', error: 'script_internal_error' });
  });

  it('are none, and nothing is written', async () => {
    deploy('pre-connection-deletion');
    expect(await onEvents.run(ref, 'validate-connection')).toBeUndefined();
    expect(await rows()).toEqual([]);
  });

  it('are waited for until somebody else ends them', async () => {
    let started: () => void = () => {};
    const isStarted = new Promise<void>((resolve) => (started = resolve));
    const id = deploy('validate-connection', () => {
      started();
      return new Promise(() => {});
    });
    const waiting = onEvents.run(ref, 'validate-connection');
    await isStarted;
    await db.query(`UPDATE executions SET deadline_at = now() WHERE function_id = $1`, [id]);
    const [overdue] = await app.get(Reconciler, { strict: false }).overdue();
    expect(overdue).toMatchObject({ kind: 'on-event', cause: 'run_deadline' });
    await onEvents.finish(overdue?.id ?? '', failure('too slow'), 'expired');
    expect(await waiting).toMatchObject({ payload: { message: 'too slow' } });
    expect(await onEvents.finish(overdue?.id ?? '', SUCCESS)).toBe(false);
  });
});

describe('a connection', () => {
  it('is validated where somebody deployed what validates it', async () => {
    const integration = { environmentId: 1, id: 1 } as never;
    expect(await hook.isValidated?.(integration)).toBe(false);
    deploy('validate-connection', async () => failure('not an admin'));
    expect(await hook.isValidated?.(integration)).toBe(true);
    await expect(hook.validateConnection?.(ref)).rejects.toMatchObject({
      code: 'connection_validation_failed',
      message: 'not an admin',
    });
  });

  it('sets off its functions with the transaction that saves it, or not at all', async () => {
    const id = deploy('post-connection-creation');
    const undone = db.transaction(async (tx) => {
      await hook.connectionSaved?.(tx, saved(false));
      throw new Error('the connection was not saved');
    });
    await expect(undone).rejects.toThrow('not saved');
    expect(await rows()).toEqual([]);
    await db.transaction((tx) => hook.connectionSaved?.(tx, saved(false)) as Promise<void>);
    await expect.poll(() => ran).toEqual([id]);
  });

  it('of which more is to be learnt sets them off when it was', async () => {
    const id = deploy('post-connection-creation');
    await db.transaction((tx) => hook.connectionSaved?.(tx, saved(true)) as Promise<void>);
    await app.get(Reconciler, { strict: false }).reconcile();
    expect([await rows(), ran]).toMatchObject([[{ state: 'queued', function_id: id }], []]);
    await hook.connectionCompleted?.(ref);
    await expect.poll(() => ran).toEqual([id]);
    await expect.poll(async () => (await rows())[0]?.state).toBe('succeeded');
  });

  it('whose process is lost meanwhile sets them off a little later', async () => {
    const id = deploy('post-connection-creation');
    await db.transaction((tx) => hook.connectionSaved?.(tx, saved(true)) as Promise<void>);
    await db.query(`UPDATE executions SET available_at = now() WHERE function_id = $1`, [id]);
    await app.get(Reconciler, { strict: false }).offerDue();
    await expect.poll(() => ran).toEqual([id]);
  });
});
