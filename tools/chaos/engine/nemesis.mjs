import { setTimeout as delay } from 'node:timers/promises';

/**
 * Does to an engine what a plan says, and undoes it when its time is over.
 * @param {Awaited<ReturnType<typeof import('./stack.mjs').startEngine>>} engine
 * @param {Awaited<ReturnType<typeof import('./world.mjs').startWorld>>} world
 * @param {readonly import('./plan.mjs').Fault[]} plan
 * @param {(fault: import('./plan.mjs').Fault) => void} onFault told of each as it begins
 * @returns {Promise<(import('./plan.mjs').Fault & { from: number, until: number })[]>} once the last one is over
 */
export async function unleash(engine, world, plan, onFault) {
  const startedAt = Date.now();
  return Promise.all(
    plan.map(async (fault) => {
      await delay(Math.max(0, startedAt + fault.atMs - Date.now()));
      const from = Date.now();
      onFault(fault);
      const undo = await begin(engine, world, fault);
      await delay(fault.forMs);
      await undo();
      return { ...fault, from, until: Date.now() };
    }),
  );
}

const WAY = 'way to ';
/** Within which runs come to ask the API that makes them wait. */
const GATHER_MS = 2_500;
/** Their function writes, and asks for more, before the process that began them goes on. */
const WAKE_BEFORE_MS = 1_500;

const nothing = async () => undefined;

async function begin({ replicas, stores, balancers }, world, { kind, target, store, forMs, byMs }) {
  if (target === 'redis') return hurtRedis(stores.redis, kind);
  if (target === 'postgres') return hurtPostgres(stores.postgres, [...replicas.values()], kind);
  if (target.startsWith(WAY)) return cut([balancers[target.slice(WAY.length)]], kind === 'lose' ? 'lossy' : 'shut');
  const replica = replicas.get(target);
  if (kind === 'strand') return strand(world, replica, forMs);
  if (kind === 'step') return step(replica, byMs);
  if (kind === 'kill') {
    await replica.kill();
    return () => replica.start();
  }
  if (kind === 'stop') return stopped(replica);
  return cut([replica.links[store]], kind === 'cut' ? 'shut' : 'silent');
}

/** @see KINDS in plan.mjs */
async function strand(world, replica, forMs) {
  world.hold(GATHER_MS, GATHER_MS + forMs - WAKE_BEFORE_MS);
  await delay(GATHER_MS);
  return stopped(replica);
}

async function step(replica, byMs) {
  replica.stepClock(byMs);
  return async () => replica.stepClock(0);
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
