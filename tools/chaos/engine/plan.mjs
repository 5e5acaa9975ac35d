import { randomFrom } from '../random.mjs';

/** Processes of the stack: two replicas of whatever may have them. */
export const REPLICAS = ['server', 'runner', 'orchestrator-1', 'orchestrator-2', 'jobs-1', 'jobs-2', 'persist-1', 'persist-2'];
/** The runner reaches no store. */
const WITH_STORES = REPLICAS.filter((name) => name !== 'runner');

/** Services that others reach by a balancer, which can be cut, or carry what is asked and lose answers. */
const WAYS = ['server', 'runner', 'persist'].map((service) => `way to ${service}`);

/** Longer than a worker may be silent before what it runs is given up. */
const LONG_PAUSE_MS = [24_000, 32_000];
/** And long enough for what takes the place of its runs to get somewhere. */
const STRANDED_MS = [28_000, 34_000];

/** A Postgres that crashes is given time to come back before it does again. */
const REST_MS = 12_000;

/**
 * What can happen, how often beside the rest, to whom, and for how long.
 * `strand`: an API makes syncs wait, their jobs process is stopped until others have taken their place, and then they wake, before it does.
 * @typedef {{ atMs: number, forMs: number, kind: string, target: string, store?: 'postgres' | 'redis', byMs?: number }} Fault
 */
const KINDS = [
  { kind: 'kill', weight: 8, targets: REPLICAS, forMs: [200, 4_000] },
  { kind: 'stop', weight: 4, targets: REPLICAS, forMs: [1_000, 8_000] },
  { kind: 'stop', weight: 1, targets: ['jobs-1', 'jobs-2', 'persist-1', 'persist-2', 'runner'], forMs: LONG_PAUSE_MS },
  { kind: 'strand', weight: 2, targets: ['jobs-1'], forMs: STRANDED_MS, restMs: 5_000 },
  { kind: 'cut', weight: 3, targets: WITH_STORES, forMs: [1_000, 8_000], stores: true },
  { kind: 'cut', weight: 1, targets: WAYS, forMs: [100, 1_500] },
  { kind: 'lose', weight: 4, targets: [...WAYS, 'way to persist'], forMs: [1_000, 6_000] },
  { kind: 'step', weight: 2, targets: REPLICAS, forMs: [2_000, 10_000], byMs: [-40_000, 40_000] },
  { kind: 'silence', weight: 2, targets: WITH_STORES, forMs: [1_000, 8_000], stores: true },
  { kind: 'flush', weight: 2, targets: ['redis'], forMs: [0, 0] },
  { kind: 'kill', weight: 2, targets: ['redis'], forMs: [200, 15_000] },
  { kind: 'stop', weight: 1, targets: ['redis'], forMs: [1_000, 6_000] },
  { kind: 'crash', weight: 1, targets: ['postgres'], forMs: [0, 0], restMs: REST_MS },
  { kind: 'cut', weight: 1, targets: ['postgres'], forMs: [1_000, 26_000], restMs: REST_MS },
];
const TOTAL = KINDS.reduce((sum, { weight }) => sum + weight, 0);
const QUIET_MS = [500, 3_500];

/** When a long outage that was asked for begins: under full load. */
const OUTAGE_AT_MS = 5_000;
const OUTAGES = { redis: 'kill', postgres: 'cut' };

/**
 * The faults of a run, decided by its seed alone. No target is in two faults at once.
 * @param {number} seed @param {number} seconds
 * @param {readonly { store: 'postgres' | 'redis', seconds: number }[]} [outages] of a whole store, beside what the seed says
 * @returns {Fault[]}
 */
export function planOf(seed, seconds, outages = []) {
  const random = randomFrom(seed);
  const between = ([least, most]) => Math.round(least + random() * (most - least));
  const oneOf = (list) => list[Math.floor(random() * list.length)];
  const plan = outages.map((outage) => ({
    atMs: OUTAGE_AT_MS,
    forMs: outage.seconds * 1_000,
    kind: OUTAGES[outage.store],
    target: outage.store,
  }));
  const busyUntil = new Map(plan.map(({ target, atMs, forMs }) => [target, atMs + forMs + REST_MS]));
  for (let atMs = between(QUIET_MS); atMs < seconds * 1000; atMs += between(QUIET_MS)) {
    const kind = pick(random() * TOTAL);
    const target = oneOf(kind.targets);
    const forMs = between(kind.forMs);
    const store = oneOf(['postgres', 'redis']);
    const byMs = kind.byMs && between(kind.byMs);
    if ((busyUntil.get(target) ?? 0) > atMs) continue;
    busyUntil.set(target, atMs + forMs + (kind.restMs ?? 1_000));
    plan.push({ atMs, forMs, kind: kind.kind, target, ...(kind.stores ? { store } : {}), ...(byMs ? { byMs } : {}) });
  }
  return plan;
}

function pick(at) {
  let left = at;
  for (const kind of KINDS) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  return KINDS[0];
}

/** As it reads in a report. */
export const faultText = ({ kind, target, store, byMs, forMs }) =>
  `${kind} ${{ step: 'the clock of ', lose: 'answers on the ' }[kind] ?? ''}${target}${store ? ` from ${store}` : ''}${
    byMs && forMs > 0 ? ` by ${(byMs / 1000).toFixed(1)} s` : ''
  }${forMs > 0 ? ` for ${(forMs / 1000).toFixed(1)} s` : ''}`;
