import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { checkAll } from './checks.mjs';
import { Client } from './client.mjs';
import { decisionsIn } from './decisions.mjs';
import { History } from './history.mjs';
import { Load } from './load.mjs';
import { unleash } from './nemesis.mjs';
import { faultText, planOf, REPLICAS } from './plan.mjs';
import { countText, reportOf } from './report.mjs';
import { startEngine } from './stack.mjs';
import { startWorld } from './world.mjs';

/** Environments that the stack begins with, and their connections. */
const TENANTS = { dev: ['dev-1', 'dev-2', 'dev-3'], prod: ['prod-1', 'prod-2'] };
const KEY_OF = { dev: 'NANGO_SECRET_KEY_DEV', prod: 'NANGO_SECRET_KEY_PROD' };
const POLL_MS = 500;
/** From the end of the last fault until nothing is open any more. */
const SETTLE_WITHIN_MS = 180_000;
/** Beside faults: silence after which a worker is lost (20 s), a lock that must end (15 s), a look every few seconds, twice in a row. */
const BOUND_MS = 90_000;

/**
 * Runs load on a whole engine while a seeded nemesis hurts it, lets it settle, and checks what it was like.
 * @param {{ seed: number, seconds: number, outages?: readonly { store: 'postgres' | 'redis', seconds: number }[], build?: string,
 *   settleWithinMs?: number, keepLogs?: boolean, say: (line: string) => void }} options
 * @returns {Promise<{ violations: string[], report: string }>}
 */
export async function chaos({ seed, seconds, outages = [], build, settleWithinMs = SETTLE_WITHIN_MS, keepLogs = true, say }) {
  const world = await startWorld(seed);
  const engine = await startEngine({ replicas: REPLICAS, build, say });
  const history = new History(engine.stores.postgres.url);
  let hasFailed = true;
  try {
    await history.watch();
    const tenants = await prepare(engine, world);
    const loads = tenants.flatMap((tenant) => tenant.loads);
    for (const load of loads) await load.begin();
    say(`seed ${seed}: load runs, ${seconds} s of faults follow`);
    const startedAt = Date.now();
    const tell = (fault) => say(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${faultText(fault)}`);
    const faults = await unleash(engine, world, planOf(seed, seconds, outages), tell);
    const healed = Date.now();
    await settle({ engine, loads, history, withinMs: settleWithinMs, say });
    const settledMs = Date.now() - healed;
    const facts = { ...(await factsOf({ world, tenants, loads, history })), boundMs: boundOf(outages) };
    const verdicts = checkAll(facts);
    const report = reportOf({
      seed,
      seconds,
      settledMs,
      faults,
      verdicts,
      restarts: [...engine.replicas.values()].reduce((sum, { starts }) => sum + starts - 1, 0),
      losses: countText([...engine.replicas.values()].flatMap(({ name, losses }) => Array(losses).fill(name))),
      load: loadText(loads, facts),
      decisions: decisionsIn(engine.folder),
      date: new Date().toISOString().slice(0, 16).replace('T', ' '),
      machine: `2 cores shared with other work, load ${loadavg()[0].toFixed(1)}`,
    });
    const violations = Object.entries(verdicts).flatMap(([name, verdict]) =>
      verdict.violations.map((line) => `${name}: ${line}`),
    );
    hasFailed = violations.length > 0;
    return { violations, report };
  } finally {
    if (hasFailed && keepLogs) say(`seed ${seed} failed; logs of the services: ${engine.folder}`);
    await history.close();
    await engine.stop({ keepLogs: hasFailed && keepLogs });
    await world.close();
  }
}

/** While a store is away, nothing that needs it gets on. */
const boundOf = (outages) => BOUND_MS + 1_000 * outages.reduce((sum, { seconds }) => sum + seconds, 0);

async function prepare(engine, world) {
  const tenants = [];
  for (const [name, connections] of Object.entries(TENANTS)) {
    const client = new Client(engine.baseUrl, engine.secrets[KEY_OF[name]]);
    await Load.prepare(client);
    await client.insist('PATCH', '/api/v1/environments/webhook', { body: { primary_url: `${world.url}/hook` } });
    tenants.push({ name, client, loads: connections.map((connection) => new Load(client, connection, world)) });
  }
  return tenants;
}

/** Faults are over and load ends: every source is read to its end once more, then nothing may be left open. */
async function settle({ engine, loads, history, withinMs, say }) {
  for (const replica of engine.replicas.values()) await replica.untilReady();
  await Promise.all(loads.map((load) => load.end()));
  say('load has ended; waiting until all is read and nothing is open');
  await Promise.all(loads.flatMap((load) => ['items', 'notes'].map((sync) => readToTheEnd(load, sync, withinMs))));
  await Promise.all(loads.map((load) => load.command('/sync/pause')));
  say('all is read');
  const giveUpAt = Date.now() + withinMs;
  let open = await history.open();
  for (; Object.keys(open).length > 0 && Date.now() < giveUpAt; open = await history.open()) await delay(POLL_MS);
  say(`open at the end: ${JSON.stringify(open)}`);
  await Promise.all(loads.map((load) => load.catchUp()));
}

/**
 * Until two runs have succeeded: the first may have begun, or gone on from a checkpoint of a time, before the source stood still; the second has
 * read all of it.
 */
async function readToTheEnd(load, sync, withinMs) {
  const [since, ends] = [Date.now(), new Set()];
  for (const giveUpAt = since + withinMs; Date.now() < giveUpAt; await delay(POLL_MS)) {
    const { status, latestExecutionStatus, finishedAt } = await load.status(sync);
    if (latestExecutionStatus === 'SUCCESS' && Date.parse(finishedAt) > since) ends.add(finishedAt);
    if (ends.size > 1) return;
    if (status !== 'RUNNING') await load.command('/sync/trigger', [sync]);
  }
}

async function factsOf({ world, tenants, loads, history }) {
  const asyncs = loads.flatMap((load) => load.asyncs);
  for (const tenant of tenants)
    for (const call of tenant.loads.flatMap((load) => load.asyncs))
      if (call.id) call.result = await tenant.client.call('GET', `/action/${call.id}`);
  const read = await history.read();
  const readers = [];
  for (const load of loads) readers.push(...(await load.read()));
  return {
    ...read,
    asyncs,
    actions: loads.flatMap((load) => load.actions),
    works: world.works,
    hooks: world.hooks,
    readers,
    tenants: tenants.map(({ name }) => ({ name, environmentId: read.environments[name] })),
  };
}

function loadText(loads, { executions, datasets }) {
  const sum = (pick) => loads.reduce((total, load) => total + pick(load), 0);
  return [
    `${loads.length} connections in ${Object.keys(TENANTS).length} environments`,
    `${executions.filter(({ kind }) => kind === 'sync').length} sync runs`,
    `${datasets.reduce((total, { changes }) => total + changes.length, 0)} record changes`,
    `${sum((load) => load.actions.length)} actions`,
    `${sum((load) => load.asyncs.length)} asynchronous actions`,
    `${sum((load) => load.proxied.answered)} proxied calls answered and ${sum((load) => load.proxied.failed)} failed, ${sum((load) => load.proxied.wrong)} with another's answer`,
  ].join(', ');
}
