import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { launchStack, releaseStores, type Stack, type StackAccess, shareStores, type TestStores } from '#libs/testing';
import { ensurePgBouncer } from '../../../tools/setup/pgbouncer.mjs';
import { type Farm, type FarmAccess, startFarm } from '../../farm/index.mjs';
import { externalCatalogue } from './external-catalogue.js';

declare module 'vitest' {
  export interface ProvidedContext {
    stores: TestStores;
    stack: StackAccess;
    farm: FarmAccess;
    /** Folder of the stack's logs, one file a process. */
    logs: string;
    /** Opens the stack's `GET /metrics`. */
    metricsToken: string;
  }
}

const METRICS_TOKEN = 'token-of-the-scraper';

interface Running {
  readonly stores: TestStores;
  readonly stack: Stack;
  readonly farm: Farm;
  stop(): Promise<void>;
}

/** Projects that set up in one process share what is started here. */
interface Shared {
  users: number;
  running: Promise<Running>;
}
const holder = globalThis as { fairleadSharedStack?: Shared | undefined };

/**
 * Before end-to-end tests: providers, and one stack that knows them and that all files share, in the mode of
 * `FAIRLEAD_E2E_MODE`, behind a pooler where `FAIRLEAD_E2E_POOLED` says so.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = (holder.fairleadSharedStack ??= { users: 0, running: start() });
  shared.users += 1;
  const { stores, stack, farm } = await shared.running;
  const { baseUrl, connectUiUrl, boardUrl, secretKey, prodSecretKey, operatorPassword, databaseUrl, poolerUrl, redisUrl } = stack;
  project.provide('stores', stores);
  project.provide('stack', {
    baseUrl,
    connectUiUrl,
    boardUrl,
    secretKey,
    prodSecretKey,
    operatorPassword,
    databaseUrl,
    poolerUrl,
    redisUrl,
  });
  project.provide('farm', farm.access);
  project.provide('logs', stack.folder);
  project.provide('metricsToken', METRICS_TOKEN);
  return async () => {
    shared.users -= 1;
    if (shared.users === 0) await (await shared.running).stop();
  };
}

async function start(): Promise<Running> {
  const pooler = process.env['FAIRLEAD_E2E_POOLED'] === 'true' ? await neededPooler() : undefined;
  const farm = await startFarm();
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-catalogue-'));
  writeFileSync(join(folder, 'farm.json'), JSON.stringify(farm.catalogue()));
  writeFileSync(join(folder, 'external.yaml'), externalCatalogue(farm.url));
  const release = async () => {
    rmSync(folder, { recursive: true });
    await farm.close();
    await releaseStores();
  };
  const stores = await shareStores();
  const env = {
    // Tests count what providers are asked: nothing is renewed behind their back.
    CRON_REFRESH_CONNECTIONS_EVERY_MIN: '0',
    NANGO_PROVIDERS_PATH: folder,
    // The farm's certificates come from an authority of its own.
    NODE_EXTRA_CA_CERTS: farm.access.authorityFile,
    AWS_ENDPOINT_URL_STS: `${farm.url}/aws/sts`,
    PUBLIC_AUTHENTICATION_DEPRECATION_DATE: '2100-01-01',
    FAIRLEAD_METRICS_TOKEN: METRICS_TOKEN,
  };
  const stack = await launchStack(stores.databaseUrl, { env, pooler }).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  await farm.serveFor(stack.baseUrl);
  return {
    stores,
    stack,
    farm,
    async stop() {
      await stack.stop();
      await release();
    },
  };
}

/** Who asks for a pooler is not content with a run without one. */
async function neededPooler(): Promise<string> {
  const program = await ensurePgBouncer(console.log);
  if (program === undefined) throw new Error('PgBouncer is needed to run behind it');
  return program;
}
