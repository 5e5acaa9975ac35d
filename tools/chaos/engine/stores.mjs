import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { launchRedis, redisProgram, redisUrl, startPostgres } from '#libs/embedded';
import { ownPort } from './ports.mjs';

/**
 * A Postgres that survives crashes and a Redis that keeps nothing, both of which can be hurt.
 * @param {{ postgresPassword: string, redisPassword: string }} secrets @param {(line: string) => void} say
 */
export async function startStores(secrets, say) {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-chaos-stores-'));
  const postgres = await startPostgres({
    folder: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
    password: secrets.postgresPassword,
    durable: true,
  });
  const redis = await startRedis(folder, secrets.redisPassword, say);
  return {
    postgres: {
      url: postgres.url,
      port: Number(new URL(postgres.url).port),
      pid: () => postgres.pid,
      /** Every session ends at once and the server recovers from its log, as after a loss of power. */
      crash: () => process.kill(postgres.pid, 'SIGQUIT'),
    },
    redis,
    async stop() {
      await redis.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startRedis(folder, password, say) {
  const program = await redisProgram(process.env.PATH, say);
  const port = await ownPort();
  const options = { program, folder: join(folder, 'redis'), logFile: join(folder, 'redis.log'), password, durable: false };
  let server = await launchRedis(options, port);
  const url = redisUrl(password, port);
  return {
    url,
    port,
    pid: () => server.pid,
    async kill() {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
    },
    /** Empty. */
    async restart() {
      server = await launchRedis(options, port);
    },
    signal: (signal) => process.kill(server.pid, signal),
    async flush() {
      const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null });
      client.on('error', () => undefined);
      await client.connect();
      await client.flushall();
      client.disconnect();
    },
    async stop() {
      if (!server.hasEnded()) await server.stop();
    },
  };
}
