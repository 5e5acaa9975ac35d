import { resolve } from 'node:path';
import {
  type EmbeddedPostgres,
  type EmbeddedRedis,
  freePort,
  isPortFree,
  type ProcessExit,
  redisProgram,
  type StackSecrets,
  stackSecrets,
  startPostgres,
  startRedis,
} from '#libs/embedded';
import { ConfigError, loadConfig } from '#libs/kernel';
import { type StandaloneConfig, standaloneConfig } from '../standalone.config.js';
import { type AppProcess, startApp } from './app-process.js';
import { DataFolder } from './data-folder.js';
import { isGiven, serviceEnvironment } from './domain/service-environment.js';

/** What a person wants to know about a stack that runs. */
export interface StackInfo {
  readonly url: string;
  /** Of the Connect UI, unless it is switched off. */
  readonly connectUrl: string | undefined;
  readonly dataDir: string;
  readonly secretKey: string | undefined;
  readonly operator: string | undefined;
}

/** Raised inside a start that was told to stop. */
export class Interrupted extends Error {}

/** Brings up everything a Fairlead that runs alone is made of, in order, and takes it down in the opposite one. */
export class Launcher {
  readonly #config: StandaloneConfig;
  readonly #abort = new AbortController();
  #folder: DataFolder | undefined;
  #postgres: EmbeddedPostgres | undefined;
  #redis: EmbeddedRedis | undefined;
  #app: AppProcess | undefined;
  #starting: Promise<unknown> = Promise.resolve();

  /** @throws ConfigError naming every wrong variable */
  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly say: (progress: string) => void,
    private readonly nodeFlags: readonly string[] = [],
  ) {
    this.#config = loadConfig(standaloneConfig, env);
  }

  /** @throws ConfigError in one sentence, or Interrupted */
  start(): Promise<StackInfo> {
    const started = this.#start();
    this.#starting = started.catch(() => undefined);
    return started;
  }

  /** Settles with why the stack no longer runs: the exit of the services, or an error of a store that keeps ending. */
  ended(): Promise<ProcessExit | Error> {
    const stores = [this.#postgres, this.#redis].filter((store) => store !== undefined);
    return Promise.race([(this.#app as AppProcess).exited, ...stores.map((store) => store.gaveUp)]);
  }

  /** Stops the services, then the stores; answers when nothing of the stack is left. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#app?.stop();
    await this.#starting;
    await this.#app?.stop();
    await Promise.all([this.#redis?.stop(), this.#postgres?.stop()]);
    this.#folder?.release();
  }

  /** Gives the services no more time. The stores end by their keepers when we are gone. */
  kill(): void {
    this.#app?.kill();
  }

  async #start(): Promise<StackInfo> {
    this.#folder = await DataFolder.take(resolve(this.#config.FAIRLEAD_DATA_DIR));
    await this.#checkPorts();
    const secrets = stackSecrets(this.#folder.at('secrets.json'), this.#folder.at('postgres'));
    await this.#startStores(this.#folder, secrets);
    this.#proceed();
    const port = this.#config.SERVER_PORT || (await freePort());
    const connectPort = this.#config.NANGO_CONNECT_UI_PORT || (await freePort());
    const env = serviceEnvironment(this.env, {
      dataDir: this.#folder.path,
      port,
      connectPort,
      databaseUrl: this.#postgres?.url ?? this.#config.NANGO_DATABASE_URL ?? '',
      redisUrl: this.#redis?.url ?? this.#config.NANGO_REDIS_URL ?? '',
      secrets,
    });
    const url = await this.#startServices(this.#folder, env);
    const connectUrl = this.#config.FLAG_SERVE_CONNECT_UI ? withPort(url, connectPort) : undefined;
    this.#folder.keep('stack.json', describe(env, url, connectUrl));
    return {
      url,
      connectUrl,
      dataDir: this.#folder.path,
      secretKey: env['NANGO_SECRET_KEY_DEV'],
      operator: env['FAIRLEAD_OPERATOR_USERNAME'],
    };
  }

  async #checkPorts(): Promise<void> {
    const { FAIRLEAD_HOST, SERVER_PORT, NANGO_CONNECT_UI_PORT, FLAG_SERVE_CONNECT_UI } = this.#config;
    const ports = { SERVER_PORT, ...(FLAG_SERVE_CONNECT_UI ? { NANGO_CONNECT_UI_PORT } : {}) };
    for (const [name, port] of Object.entries(ports)) {
      if (port !== 0 && !(await isPortFree(port, FAIRLEAD_HOST))) {
        throw new ConfigError(`port ${port} is in use: stop what listens there, or choose another port with ${name}`);
      }
    }
  }

  /** Postgres and Redis, each unless the operator named a server. */
  async #startStores(folder: DataFolder, secrets: StackSecrets): Promise<void> {
    const [postgres, redis] = await Promise.allSettled([this.#startPostgres(folder, secrets), this.#startRedis(folder, secrets)]);
    for (const outcome of [postgres, redis]) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #startPostgres(folder: DataFolder, secrets: StackSecrets): Promise<void> {
    if (isGiven(this.env, 'NANGO_DATABASE_URL')) return;
    this.say('starting Postgres');
    this.#postgres = await startPostgres({
      folder: folder.at('postgres'),
      logFile: folder.at('logs', 'postgres.log'),
      password: secrets.postgresPassword,
      durable: true,
      onExit: () => this.say('Postgres ended, starting it again'),
    });
  }

  async #startRedis(folder: DataFolder, secrets: StackSecrets): Promise<void> {
    if (isGiven(this.env, 'NANGO_REDIS_URL')) return;
    const program = await redisProgram(this.env['PATH'] ?? '', this.say);
    this.say('starting Redis');
    this.#redis = await startRedis({
      program,
      folder: folder.at('redis'),
      logFile: folder.at('logs', 'redis.log'),
      password: secrets.redisPassword,
      durable: true,
      onExit: () => this.say('Redis ended, starting it again'),
    });
  }

  async #startServices(folder: DataFolder, env: NodeJS.ProcessEnv): Promise<string> {
    this.say('starting the services');
    this.#app = await startApp(env, folder.at('logs', 'fairlead.log'), this.nodeFlags);
    folder.keep('standalone.pid', String(this.#app.pid));
    const url = await this.#app.ready.catch((error: unknown) => {
      this.#proceed();
      throw error;
    });
    this.#proceed();
    return url;
  }

  #proceed(): void {
    if (this.#abort.signal.aborted) throw new Interrupted();
  }
}

function withPort(url: string, port: number): string {
  const { protocol, hostname } = new URL(url);
  return `${protocol}//${hostname}:${port}`;
}

/** For tools beside a running stack, such as `npm run logs`. */
function describe(env: NodeJS.ProcessEnv, url: string, connectUrl: string | undefined): string {
  const { NANGO_DATABASE_URL, RECORDS_DATABASE_URL, NANGO_REDIS_URL } = env;
  const urls = { api: url, connect: connectUrl, docs: `${url}/docs`, board: `${url}/admin/queues` };
  return JSON.stringify(
    { pid: process.pid, urls, env: { NANGO_DATABASE_URL, RECORDS_DATABASE_URL, NANGO_REDIS_URL } },
    undefined,
    2,
  );
}
