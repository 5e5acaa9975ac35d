import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { freePorts, newStackSecrets, type ProcessExit, type StackSecrets } from '#libs/embedded';
import { stackDatabase, type StackDatabase } from './stack-database.js';
import { StackProcess } from './stack-process.js';
import { type StackRedis, startStackRedis } from './stack-redis.js';
import {
  addresses,
  addressOf,
  entryOf,
  migrateEntry,
  type ProcessName,
  type ServiceName,
  type ServicePorts,
  SPLIT,
  type StackMode,
} from './stack-services.js';

/** What a caller of a stack needs; plain data. */
export interface StackAccess {
  /** Of the public API, without a trailing slash. */
  readonly baseUrl: string;
  /** Of the Connect UI, without a trailing slash. */
  readonly connectUiUrl: string;
  /** Of the service that serves `/admin/queues`. */
  readonly boardUrl: string;
  /** API key of environment `dev`. */
  readonly secretKey: string;
  /** API key of environment `prod`. */
  readonly prodSecretKey: string;
  /** Of user `operator`. */
  readonly operatorPassword: string;
  /** Of Postgres itself, whatever stands between it and the services. */
  readonly databaseUrl: string;
  /** Console of the pooler between them, in a stack that was given one. */
  readonly poolerUrl: string | undefined;
  readonly redisUrl: string;
}

/** A whole Fairlead from `dist`, on a database and a Redis of its own. */
export interface Stack extends StackAccess {
  readonly mode: StackMode;
  /** Folder of logs, one file a process. */
  readonly folder: string;
  readonly redis: StackRedis;
  /** Where a service listens, without a trailing slash. */
  urlOf(service: ServiceName): string;
  /** Of the process that is the service now. */
  pidOf(service: ServiceName): number;
  /** Ends a service and answers how it ended. In standalone mode every service is the one process. */
  kill(service: ServiceName, signal: NodeJS.Signals): Promise<ProcessExit>;
  /** Starts a killed service again and answers when it is ready. */
  restart(service: ServiceName): Promise<void>;
  stop(): Promise<void>;
}

export interface StackOptions {
  /** As `FAIRLEAD_E2E_MODE` says, else standalone. */
  readonly mode?: StackMode;
  /** Further variables, of every process but the runner. */
  readonly env?: Readonly<Record<string, string>>;
  /** Program of PgBouncer: services reach Postgres through one in transaction mode. */
  readonly pooler?: string | undefined;
}

/** Loopback upstreams are for tests: closed by default everywhere else (design §5). */
const REACH_LOOPBACK = {
  NANGO_OUTBOUND_URL_POLICY: '{"mode":"permissive","blockPrivateIps":false}',
  NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: '[]',
};

/** Starts a stack in a test. @throws with the end of the log of the process that did not start */
export const startStack = (options: StackOptions = {}): Promise<Stack> => launchStack(inject('stores').databaseUrl, options);

/** Starts a stack on a PostgreSQL in which databases may be made. */
export async function launchStack(serverUrl: string, options: StackOptions = {}): Promise<Stack> {
  const mode = options.mode ?? (process.env['FAIRLEAD_E2E_MODE'] === 'split' ? 'split' : 'standalone');
  const folder = mkdtempSync(join(tmpdir(), `fairlead-${mode}-`));
  mkdirSync(join(folder, 'objects'));
  const secrets = newStackSecrets();
  const database = await stackDatabase(serverUrl, options.pooler);
  const redis = await startStackRedis(folder, secrets.redisPassword);
  const stack = new TestStack(mode, folder, secrets, database, redis, await somePorts(), options.env ?? {});
  try {
    await stack.start();
  } catch (error) {
    await stack.end();
    throw error;
  }
  return stack;
}

async function somePorts(): Promise<ServicePorts> {
  const [server = 0, orchestrator = 0, jobs = 0, persist = 0, runner = 0, connectUi = 0] = await freePorts(6);
  return { server, orchestrator, jobs, persist, runner, connectUi };
}

class TestStack implements Stack {
  readonly baseUrl: string;
  readonly connectUiUrl: string;
  readonly boardUrl: string;
  readonly secretKey: string;
  readonly prodSecretKey: string;
  readonly operatorPassword: string;
  readonly databaseUrl: string;
  readonly poolerUrl: string | undefined;
  readonly redisUrl: string;
  readonly #processes = new Map<ProcessName, StackProcess>();

  constructor(
    readonly mode: StackMode,
    readonly folder: string,
    private readonly secrets: StackSecrets,
    private readonly database: StackDatabase,
    readonly redis: StackRedis,
    private readonly ports: ServicePorts,
    private readonly extra: Readonly<Record<string, string>>,
  ) {
    this.baseUrl = addressOf(ports, 'server');
    this.connectUiUrl = addressOf(ports, 'connectUi');
    this.boardUrl = mode === 'split' ? addressOf(ports, 'orchestrator') : this.baseUrl;
    this.secretKey = secrets.NANGO_SECRET_KEY_DEV;
    this.prodSecretKey = secrets.NANGO_SECRET_KEY_PROD;
    this.operatorPassword = secrets.FAIRLEAD_OPERATOR_PASSWORD;
    this.databaseUrl = database.url;
    this.poolerUrl = database.poolerUrl;
    this.redisUrl = redis.url;
    for (const name of mode === 'split' ? SPLIT : (['standalone'] as const)) {
      this.#processes.set(name, this.#process(name, entryOf(name)));
    }
  }

  async start(): Promise<void> {
    if (this.mode === 'split') {
      const migration = this.#process('migrate', migrateEntry);
      await migration.start();
      await migration.untilDone();
    }
    await Promise.all([...this.#processes.keys()].map((name) => this.#startOne(name)));
  }

  urlOf(service: ServiceName): string {
    return addressOf(this.ports, service);
  }

  pidOf(service: ServiceName): number {
    const { pid } = this.#processOf(service);
    if (pid === undefined) throw new Error(`${service} does not run`);
    return pid;
  }

  kill(service: ServiceName, signal: NodeJS.Signals): Promise<ProcessExit> {
    return this.#processOf(service).kill(signal);
  }

  async restart(service: ServiceName): Promise<void> {
    await this.#startOne(this.mode === 'split' ? service : 'standalone');
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Stops everything and keeps the logs. */
  async end(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((process) => process.stop()));
    await this.redis.stop();
    await this.database.drop();
  }

  async #startOne(name: ProcessName): Promise<void> {
    const process = this.#processOf(name);
    await process.start();
    await process.untilReady(name === 'standalone' ? this.baseUrl : addressOf(this.ports, name));
  }

  #processOf(name: ProcessName): StackProcess {
    return this.#processes.get(this.mode === 'split' ? name : 'standalone') as StackProcess;
  }

  #process(name: string, entry: string): StackProcess {
    const env = name === 'runner' ? this.#runnerEnv() : { ...this.#serviceEnv(), ...this.extra };
    return new StackProcess(name, entry, env, join(this.folder, `${name}.log`));
  }

  #baseEnv(): NodeJS.ProcessEnv {
    const { PATH, HOME, TMPDIR } = process.env;
    const { FAIRLEAD_EXECUTION_PUBLIC_KEY } = this.secrets;
    const base = {
      PATH,
      HOME,
      ...(TMPDIR ? { TMPDIR } : {}),
      LOG_LEVEL: 'info',
      FAIRLEAD_HOST: '127.0.0.1',
      FAIRLEAD_EXECUTION_PUBLIC_KEY,
      // What spins is stopped sooner than where customers' functions run: nobody waits half a minute to see it.
      FAIRLEAD_RUNNER_SPIN_MS: '15000',
    };
    return { ...base, ...addresses(this.ports), ...REACH_LOOPBACK };
  }

  /** No store, no private key: what the real runner gets. */
  #runnerEnv(): NodeJS.ProcessEnv {
    return this.#baseEnv();
  }

  #serviceEnv(): NodeJS.ProcessEnv {
    const { postgresPassword: _postgres, redisPassword: _redis, ...variables } = this.secrets;
    return {
      ...this.#baseEnv(),
      ...variables,
      NANGO_DATABASE_URL: this.database.servicesUrl,
      RECORDS_DATABASE_URL: this.database.servicesUrl,
      NANGO_REDIS_URL: this.redis.url,
      FAIRLEAD_OBJECTS_PATH: join(this.folder, 'objects'),
      FAIRLEAD_DATA_DIR: this.folder,
    };
  }
}
