import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import { at } from '../setup/place.mjs';

const READY_MS = 60_000;
const NODE = process.execPath;

/** Makes the tables. @throws when that fails */
export async function migrate(env, folder) {
  const child = start('dist/apps/server/src/migrate.js', env, folder, 'migrate');
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the migration ended with ${code}; see ${folder}/migrate.log`);
}

/** Starts a server on a port of its own and answers once it is ready. */
export async function startReplica(env, folder, name) {
  const child = start('dist/apps/server/src/main.js', { ...env, SERVER_PORT: '0' }, folder, name);
  const signal = AbortSignal.timeout(READY_MS);
  for await (const line of createInterface({ input: child.stdout, signal })) {
    if (!line.includes('"ready"')) continue;
    const { url } = JSON.parse(line);
    child.stdout.resume();
    return new Replica(name, url, child);
  }
  throw new Error(`${name} did not start; see ${folder}/${name}.log`);
}

function start(entry, env, folder, name) {
  const child = spawn(NODE, [at(entry)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(join(folder, `${name}.log`), { flags: 'a' });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  return child;
}

class Replica {
  #pool;
  #exited;
  isKilled = false;

  constructor(name, url, child) {
    this.name = name;
    this.child = child;
    this.#pool = new Pool(url, { connections: 512 });
    this.#exited = once(child, 'exit');
  }

  /** @returns {Promise<{status: number, body: any} | {lost: string}>} `lost`: the connection broke off */
  async call(method, path, headers, body) {
    try {
      const reply = await this.#pool.request({
        method,
        path,
        headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
        body: body ? JSON.stringify(body) : null,
      });
      return { status: reply.statusCode, body: await reply.body.json() };
    } catch (error) {
      return { lost: error.code ?? error.message };
    }
  }

  async kill() {
    this.isKilled = true;
    this.child.kill('SIGKILL');
    await this.#exited;
    await this.#pool.destroy();
  }

  async stop() {
    if (!this.isKilled) {
      await this.#pool.destroy();
      this.child.kill('SIGTERM');
    }
    await this.#exited;
  }
}
