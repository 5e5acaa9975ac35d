import { setTimeout as delay } from 'node:timers/promises';

/**
 * Does to an engine what a plan says, and undoes it when its time is over.
 * @param {Awaited<ReturnType<typeof import('./stack.mjs').startEngine>>} engine
 * @param {readonly import('./plan.mjs').Fault[]} plan
 * @param {(fault: import('./plan.mjs').Fault) => void} onFault told of each as it begins
 * @returns {Promise<(import('./plan.mjs').Fault & { from: number, until: number })[]>} once the last one is over
 */
export async function unleash(engine, plan, onFault) {
  const startedAt = Date.now();
  return Promise.all(
    plan.map(async (fault) => {
      await delay(Math.max(0, startedAt + fault.atMs - Date.now()));
      const from = Date.now();
      onFault(fault);
      const undo = await begin(engine, fault);
      await delay(fault.forMs);
      await undo();
      return { ...fault, from, until: Date.now() };
    }),
  );
}

const nothing = async () => undefined;

async function begin({ replicas, stores }, { kind, target, store }) {
  if (target === 'redis') return hurtRedis(stores.redis, kind);
  if (target === 'postgres') return hurtPostgres(stores.postgres, [...replicas.values()], kind);
  const replica = replicas.get(target);
  if (kind === 'kill') {
    await replica.kill();
    return () => replica.start();
  }
  if (kind === 'stop') return stopped(replica);
  return cut([replica.links[store]], kind === 'cut' ? 'shut' : 'silent');
}

function stopped(target) {
  target.signal('SIGSTOP');
  return async () => target.signal('SIGCONT');
}

async function cut(links, mode) {
  await Promise.all(links.map((link) => link.set(mode)));
  return async () => void (await Promise.all(links.map((link) => link.set('open'))));
}

async function hurtRedis(redis, kind) {
  if (kind === 'stop') return stopped(redis);
  if (kind === 'flush') {
    await redis.flush();
    return nothing;
  }
  await redis.kill();
  return () => redis.restart();
}

async function hurtPostgres(postgres, replicas, kind) {
  if (kind === 'cut')
    return cut(
      replicas.flatMap(({ links }) => links.postgres ?? []),
      'shut',
    );
  postgres.crash();
  return nothing;
}
