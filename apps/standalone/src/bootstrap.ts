import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '#libs/embedded';
import type { RunningApp } from '#libs/http';
import { loadConfig } from '#libs/kernel';
import { nameProcess } from '#libs/observability';
import { bootstrap as startJobs } from '../../jobs/src/bootstrap.js';
import { bootstrap as startOrchestrator } from '../../orchestrator/src/bootstrap.js';
import { bootstrap as startPersist } from '../../persist/src/bootstrap.js';
import { bootstrap as startServer } from '../../server/src/bootstrap.js';
import { addressVariables, INTERNAL, type InternalService } from './domain/internal-addresses.js';
import { migrate } from './migrate.js';
import { startRunner } from './runner-process.js';
import { standaloneConfig } from './standalone.config.js';

/** A whole Fairlead: four services in this process, and a runner beside it. */
export type RunningStack = Pick<RunningApp, 'url' | 'close'>;

const CLOSE_WITHIN_MS = 9_000;

/** Brings the databases up to date and starts everything. @throws ConfigError naming what is wrong with the surroundings */
export async function bootstrap(given: NodeJS.ProcessEnv): Promise<RunningStack> {
  const config = loadConfig(standaloneConfig, given);
  nameProcess('standalone');
  const env: NodeJS.ProcessEnv = {
    ...given,
    FAIRLEAD_SERVE_QUEUE_BOARD: given['FAIRLEAD_SERVE_QUEUE_BOARD'] || 'true',
    FAIRLEAD_METRICS: given['FAIRLEAD_METRICS'] || String(hasMetricsToken(given)),
  };
  Object.assign(env, addressVariables(given, await freePortPerService()));
  if (config.NANGO_MIGRATE_AT_START) await migrate(env, config.FAIRLEAD_DATA_DIR);

  const internal = { ...env, FAIRLEAD_HOST: '127.0.0.1' };
  const starting = startRunner(internal);
  // It is awaited last; a failure of another service must not leave this one unobserved.
  starting.catch(() => undefined);
  const services: RunningApp[] = [];
  for (const start of [startPersist, startJobs, startOrchestrator]) services.unshift(await start(internal));
  const server = await startServer(env);
  const runner = await starting;
  void runner.gaveUp.then((reason) => fail(reason));
  return { url: server.url, close: () => close([server, ...services, { close: () => runner.stop() }]) };
}

/** Where nobody may read metrics, none are kept: they cost memory. */
const hasMetricsToken = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env['FAIRLEAD_METRICS_TOKEN'] || env['FAIRLEAD_METRICS_TOKEN_FILE']);

async function freePortPerService(): Promise<Record<InternalService, number>> {
  const ports = await freePorts(INTERNAL.length);
  return Object.fromEntries(INTERNAL.map((service, index) => [service, ports[index]])) as Record<InternalService, number>;
}

/** In order: who takes requests first, who is needed by others last. Bounded, whatever a service still waits for. */
async function close(parts: readonly { close(): Promise<void> }[]): Promise<void> {
  const closeAll = async () => {
    for (const part of parts) await part.close();
    return true;
  };
  const deadline = delay(CLOSE_WITHIN_MS, false, { ref: false });
  if (!(await Promise.race([closeAll(), deadline])))
    console.error(`standalone: not everything closed within ${CLOSE_WITHIN_MS / 1000} s`);
}

/** A stack without a runner is no stack: whoever watches this process starts it again. */
function fail(reason: Error): never {
  console.error(`standalone: ${reason.message}`);
  process.exit(1);
}
