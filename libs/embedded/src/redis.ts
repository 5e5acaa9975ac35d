import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '#libs/kernel';
import { endLeftover } from './leftovers.js';
import { type ManagedProcess, startProcess } from './managed-process.js';
import { freePort } from './ports.js';
import { type Supervised, type SupervisorOptions, supervise } from './supervisor.js';

export interface RedisOptions {
  /** The server program, see `redisProgram`. */
  readonly program: string;
  /** Folder of its files. */
  readonly folder: string;
  readonly logFile: string;
  readonly password: string;
  /** False keeps everything in memory, for tests. */
  readonly durable: boolean;
  readonly onExit?: SupervisorOptions['onExit'];
}

/** A running embedded Redis. */
export interface EmbeddedRedis extends Supervised {
  /** Address with its password. */
  readonly url: string;
}

const READY_WITHIN_MS = 30_000;
const POLL_MS = 20;
const STOP_WITHIN_MS = 5_000;

/** Starts a Redis on a free loopback port and keeps it running, on the same port. @throws ConfigError when it cannot be started */
export async function startRedis(options: RedisOptions): Promise<EmbeddedRedis> {
  const port = await freePort();
  const supervised = await supervise({
    name: 'Redis',
    launch: () => launchRedis(options, port),
    ...(options.onExit ? { onExit: options.onExit } : {}),
  });
  return Object.assign(supervised, { url: redisUrl(options.password, port) });
}

/** Address of a local Redis with its password. */
export const redisUrl = (password: string, port: number): string => `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`;

/**
 * Starts a Redis on this port without watching over it, and answers when it can be used.
 * What Redis holds is work that Postgres knows too: files it cannot read are dropped, and the queues rebuilt.
 */
export async function launchRedis(options: RedisOptions, port: number): Promise<ManagedProcess> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(options.logFile), { recursive: true });
  await endLeftover(pidFileOf(options), basename(options.program));
  const server = await start(options, port);
  if (await isReady(server, options.password, port)) return server;
  await server.stop();
  rmSync(join(options.folder, 'appendonlydir'), { recursive: true, force: true });
  const second = await start(options, port);
  if (await isReady(second, options.password, port)) return second;
  await second.stop();
  const reason = readFileSync(options.logFile, 'utf8').trim().split('\n').at(-1);
  throw new ConfigError(`Redis cannot be started with ${options.folder}: ${reason}`);
}

/** The configuration goes in by stdin, so that the password is in no process list. */
async function start(options: RedisOptions, port: number): Promise<ManagedProcess> {
  const log = openSync(options.logFile, 'w');
  try {
    const server = await startProcess({
      command: options.program,
      args: ['-'],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      cwd: options.folder,
      stopSignal: 'SIGTERM',
      stopWithinMs: STOP_WITHIN_MS,
      stdio: ['pipe', log, log],
    });
    server.child.stdin?.on('error', () => undefined);
    server.child.stdin?.end(configuration(options, port));
    return server;
  } finally {
    closeSync(log);
  }
}

const pidFileOf = (options: RedisOptions): string => join(options.folder, 'redis.pid');

function configuration(options: RedisOptions, port: number): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `requirepass ${options.password}`,
    'daemonize no',
    `pidfile "${pidFileOf(options)}"`,
    'save ""',
    `appendonly ${options.durable ? 'yes' : 'no'}`,
    'maxmemory-policy noeviction',
    'databases 64',
    '',
  ].join('\n');
}

async function isReady(server: ManagedProcess, password: string, port: number): Promise<boolean> {
  for (const giveUpAt = Date.now() + READY_WITHIN_MS; Date.now() < giveUpAt && !server.hasEnded(); await delay(POLL_MS)) {
    if (await answersPing(password, port)) return true;
  }
  return false;
}

function answersPing(password: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let answer = '';
    const done = () => {
      socket.destroy();
      resolve(answer.includes('+PONG'));
    };
    socket.setTimeout(1_000, done);
    socket.on('error', done);
    socket.on('close', done);
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (/\+PONG|-/.test(answer)) done();
    });
  });
}
