import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError } from '#libs/kernel';

const run = promisify(execFile);

const NAMES = ['redis-server', 'valkey-server'];
/** Folders of system programs that an unprivileged PATH may lack. */
const SYSTEM_FOLDERS = ['/usr/bin', '/usr/local/bin', '/usr/sbin', '/opt/homebrew/bin'];
const APT = '/usr/bin/apt-get';
const INSTALL_WITHIN_MS = 180_000;

/**
 * The Redis server to start, installed first where that is possible: as root on Debian or Ubuntu.
 * @param path the PATH to look in; @param say told what takes a while
 * @throws ConfigError saying what to install
 */
export async function redisProgram(path: string, say: (progress: string) => void): Promise<string> {
  const found = findRedis(path);
  if (found) return found;
  const missing = 'Redis is needed and neither redis-server nor valkey-server is on the PATH';
  if (process.getuid?.() !== 0 || !existsSync(APT)) {
    throw new ConfigError(`${missing}: install one of them, or set NANGO_REDIS_URL to a server`);
  }
  say('installing Redis (apt-get install redis-server)');
  try {
    await apt('update', '-q');
    await apt('install', '-y', '-q', '--no-install-recommends', 'redis-server');
  } catch (cause) {
    throw Object.assign(new ConfigError(`${missing}, and \`apt-get install redis-server\` failed: install it by hand`), {
      cause,
    });
  }
  const installed = findRedis(path);
  if (!installed) throw new ConfigError(`${missing}, not even after installing it with apt-get`);
  return installed;
}

/** RUNLEVEL=1 keeps the package from starting a system service: we start our own, on our port. */
const apt = (...args: string[]) =>
  run(APT, args, {
    timeout: INSTALL_WITHIN_MS,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1', LC_ALL: 'C' },
  });

function findRedis(path: string): string | undefined {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), ...SYSTEM_FOLDERS];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isRunnable);
}

function isRunnable(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
