import { type DynamicModule, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { randomUUID } from 'node:crypto';
import { AccountsModule } from '#libs/accounts';
import { RedisModule } from '#libs/cache';
import type { ModelCounts, Outcome } from '#libs/contracts';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { DeliveriesModule } from '#libs/deliveries';
import { type Execution, Executions, ExecutionsModule } from '#libs/executions';
import { type DeployedFunction, Functions, FunctionsModule, planDeploy } from '#libs/functions';
import { Secret } from '#libs/kernel';
import { LogsModule } from '#libs/logs';
import { parseOutboundPolicy } from '#libs/outbound';
import { QueuesModule } from '#libs/queues';
import { StorageModule } from '#libs/storage';
import { testDatabase, testRedis } from '#libs/testing';
import { SchedulingModule } from './scheduling.module.js';
import { SyncCommands } from './sync-commands.service.js';
import { SyncRuns } from './sync-runs.service.js';
import { SyncTriggers } from './sync-triggers.service.js';
import { Syncs } from './syncs.service.js';
import type { StartedRun, SyncScope } from './syncs.types.js';

@Module({})
class TestModule {}

/** An integration of environment `dev`, and what a test makes of it. */
export interface Scheduler {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly environmentId: number;
  get<Service>(type: abstract new (...args: never[]) => Service): Service;
  /** A new integration with connections and one sync function; every connection has its sync. */
  world(options?: WorldOptions): Promise<World>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly connections?: number;
  readonly autoStart?: boolean;
  readonly runs?: string;
  readonly models?: readonly string[];
  readonly incremental?: boolean;
}

export interface World {
  readonly integrationId: number;
  readonly connectionIds: readonly number[];
  readonly function: DeployedFunction;
  readonly scope: SyncScope;
  /** Of the first connection. */
  readonly syncId: string;
}

export async function startScheduler(): Promise<Scheduler> {
  const [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  const imports: DynamicModule['imports'] = [
    DatabaseModule.forRoot({ url: database.url, poolMax: 10, ssl: false, applicationName: 'test' }),
    CryptoModule.forRoot(new Secret(database.encryptionKey)),
    RedisModule.forRoot(redis.url),
    QueuesModule.forRoot(),
    AccountsModule,
    StorageModule.forRoot({
      bucket: undefined,
      region: '',
      endpoint: undefined,
      folder: '/nowhere',
      urlKey: new Secret('k'.repeat(32)),
    }),
    LogsModule.forRoot({ enabled: true, retentionDays: 1 }),
    DeliveriesModule.forRoot({ timeoutMs: 500, policy: parseOutboundPolicy({ NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: true }) }),
    ExecutionsModule.forRoot({
      slots: { action: 10, 'action-async': 10, sync: 10, 'on-event': 10 },
      environmentCaps: { action: 10, 'action-async': 1, sync: 10, 'on-event': 10 },
      maxQueued: 1_000,
    }),
    FunctionsModule,
    SchedulingModule,
  ];
  const testing = await Test.createTestingModule({ imports: [{ module: TestModule, imports }] }).compile();
  testing.useLogger(false);
  const app = await testing.init();
  const get = <Service>(type: abstract new (...args: never[]) => Service) => app.get<Service>(type, { strict: false });
  const db = get(Database);
  const [environment] = await db.query<{ id: number }>(`SELECT id FROM environments WHERE name = 'dev'`);
  const environmentId = environment?.id ?? 0;
  return {
    db,
    databaseUrl: database.url,
    environmentId,
    get,
    world: (options = {}) => makeWorld(db, environmentId, get(Functions), get(Syncs), options),
    async close() {
      await app.close();
      await Promise.all([database.close(), redis.close()]);
    },
  };
}

async function makeWorld(
  db: Database,
  environmentId: number,
  functions: Functions,
  syncs: Syncs,
  options: WorldOptions,
): Promise<World> {
  const key = randomUUID();
  const [integration] = await db.query<{ id: number }>(
    `INSERT INTO integrations (environment_id, unique_key, provider) VALUES ($1, $2, 'any') RETURNING id`,
    [environmentId, key],
  );
  const integrationId = integration?.id ?? 0;
  const connections = await db.query<{ id: number }>(
    `INSERT INTO connections (environment_id, integration_id, connection_id, credentials_type, credentials)
     SELECT $1, $2, 'c-' || n, 'NONE', '' FROM generate_series(1, $3::int) n RETURNING id`,
    [environmentId, integrationId, options.connections ?? 1],
  );
  const deployed = await deploySync(db, environmentId, functions, syncs, { integrationId, key }, options);
  const connectionIds = connections.map(({ id }) => id);
  const [sync] = await db.query<{ id: string }>('SELECT id FROM syncs WHERE connection_id = $1', [connectionIds[0]]);
  const scope = { environmentId, integrationId, connectionRowId: connectionIds[0] ?? 0 };
  return { integrationId, connectionIds, function: deployed, scope, syncId: sync?.id ?? '' };
}

async function deploySync(
  db: Database,
  environmentId: number,
  functions: Functions,
  syncs: Syncs,
  { integrationId, key }: { integrationId: number; key: string },
  { autoStart = false, runs = 'every hour', models = ['Contact'], incremental = false }: WorldOptions,
): Promise<DeployedFunction> {
  const definition = {
    description: '',
    scopes: [],
    attributes: {},
    models,
    input: null,
    endpoints: [],
    runs,
    auto_start: autoStart,
    track_deletes: false,
    sync_type: incremental ? ('incremental' as const) : ('full' as const),
    webhookSubscriptions: [],
    json_schema: null,
    features: [],
    event: null,
  };
  const code = { bundleHash: 'a'.repeat(64), sourceHash: 'b'.repeat(64), version: '' };
  const incoming = { integrationId, providerConfigKey: key, type: 'sync' as const, name: 'contacts', definition, ...code };
  const plan = planDeploy({ mode: 'single', functions: [incoming], coversOnEvents: false }, []);
  await db.transaction(async (tx) => {
    const [id] = await functions.apply(tx, environmentId, plan, { source: 'repo', sdkVersion: null });
    await syncs.openForFunction(tx, { ...incoming, id: id ?? 0, enabled: true });
  });
  const [deployed] = await functions.list(environmentId, { integrationId });
  return deployed as DeployedFunction;
}

export interface ScheduleRow {
  readonly state: string;
  readonly live: string | null;
  /** Whether the next run is due. */
  readonly due: boolean;
  /** Milliseconds from creation to the next run. */
  readonly phase: number;
}

/** The schedule of a world's first connection. */
export async function scheduleRow({ db }: Scheduler, { syncId }: World): Promise<ScheduleRow> {
  const [row] = await db.query<ScheduleRow>(
    `SELECT state, live_execution_id AS live, next_run_at <= now() AS due,
            (extract(epoch FROM next_run_at - starts_at) * 1000)::float8 AS phase FROM sync_schedules WHERE sync_id = $1`,
    [syncId],
  );
  return row as ScheduleRow;
}

/** Lets time pass for the schedule of a world's first connection. */
export async function age({ db }: Scheduler, { syncId }: World, ms: number): Promise<void> {
  await db.query(
    `UPDATE sync_schedules SET starts_at = starts_at - interval '1 ms' * $2::float8, next_run_at = next_run_at - interval '1 ms' * $2::float8
      WHERE sync_id = $1`,
    [syncId, ms],
  );
}

export const WORKER = '00000000-0000-4000-8000-000000000001';

export const succeeded = (results: ModelCounts = {}): Outcome => ({
  status: 'succeeded',
  output: null,
  durationMs: 5,
  proxyCalls: 1,
  results,
});

export const failed: Outcome = {
  status: 'failed',
  error: { code: 'script_http_error', status: 424, message: 'no' },
  durationMs: 5,
  proxyCalls: 1,
};

/** Triggers the sync of a world's first connection, and claims and opens its run. */
export async function begin(scheduler: Scheduler, { scope }: World, options = { reset: false, emptyCache: false }) {
  const targets = await scheduler.get(SyncCommands).select(scope, []);
  const [triggered] = await scheduler.get(SyncTriggers).trigger(targets, options);
  if (!triggered?.executionId) throw new Error(`the sync does not run: ${triggered?.refused}`);
  return { executionId: triggered.executionId, run: await open(scheduler, triggered.executionId) };
}

export async function claim(scheduler: Scheduler, executionId: string): Promise<Execution> {
  const execution = await scheduler.get(Executions).claim(executionId, WORKER);
  if (!execution) throw new Error('there is nothing to claim');
  return execution;
}

/** Claims an execution and opens its run. */
export async function open(scheduler: Scheduler, executionId: string): Promise<StartedRun> {
  const run = await scheduler.get(SyncRuns).start(await claim(scheduler, executionId));
  if (!run) throw new Error('there is nothing to run');
  return run;
}
