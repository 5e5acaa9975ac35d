import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newStackSecrets, redisProgram, startPostgres, startRedis } from '#libs/embedded';

/** The stores of one test run. */
export interface TestStores {
  /** A PostgreSQL in which databases may be made and dropped. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

interface RunningStores {
  readonly stores: TestStores;
  stop(): Promise<void>;
}

/** Several vitest projects set up in one process; they share one pair of servers, kept where every copy of this module finds it. */
interface Shared {
  users: number;
  running: Promise<RunningStores>;
}
const holder = globalThis as { fairleadTestStores?: Shared | undefined };

/** The servers that `NANGO_DATABASE_URL` and `NANGO_REDIS_URL` name, else an embedded pair in a temporary folder. */
export async function shareStores(): Promise<TestStores> {
  holder.fairleadTestStores ??= { users: 0, running: startStores() };
  holder.fairleadTestStores.users += 1;
  return (await holder.fairleadTestStores.running).stores;
}

/** Gives back what `shareStores` gave; the last one stops the servers. */
export async function releaseStores(): Promise<void> {
  const shared = holder.fairleadTestStores;
  if (!shared || (shared.users -= 1) > 0) return;
  holder.fairleadTestStores = undefined;
  await (await shared.running).stop();
}

async function startStores(): Promise<RunningStores> {
  const { NANGO_DATABASE_URL, NANGO_REDIS_URL, PATH = '' } = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-test-'));
  const { postgresPassword, redisPassword } = newStackSecrets();
  const postgres = NANGO_DATABASE_URL
    ? undefined
    : await startPostgres({
        folder: join(folder, 'postgres'),
        logFile: join(folder, 'postgres.log'),
        password: postgresPassword,
        durable: false,
        preload: ['pg_stat_statements'],
      });
  const redis = NANGO_REDIS_URL
    ? undefined
    : await startRedis({
        program: await redisProgram(PATH, (progress) => console.log(progress)),
        folder: join(folder, 'redis'),
        logFile: join(folder, 'redis.log'),
        password: redisPassword,
        durable: false,
      });
  return {
    stores: { databaseUrl: postgres?.url ?? (NANGO_DATABASE_URL as string), redisUrl: redis?.url ?? (NANGO_REDIS_URL as string) },
    async stop() {
      await redis?.stop();
      await postgres?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A name no other test has. */
export const uniqueName = (prefix: string): string => `${prefix}_${randomBytes(6).toString('hex')}`;
