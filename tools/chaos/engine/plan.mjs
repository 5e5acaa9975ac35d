import { randomFrom } from '../random.mjs';

/** Processes of the stack: two replicas of whatever may have them. */
export const REPLICAS = ['server', 'runner', 'orchestrator-1', 'orchestrator-2', 'jobs-1', 'jobs-2', 'persist-1', 'persist-2'];
/** The runner reaches no store. */
const WITH_STORES = REPLICAS.filter((name) => name !== 'runner');

/** Longer than a worker may be silent before what it runs is given up. */
const LONG_PAUSE_MS = [24_000, 32_000];

/**
 * What can happen, how often beside the rest, to whom, and for how long.
 * @typedef {{ atMs: number, forMs: number, kind: string, target: string, store?: 'postgres' | 'redis' }} Fault
 */
const KINDS = [
  { kind: 'kill', weight: 8, targets: REPLICAS, forMs: [200, 4_000] },
  { kind: 'stop', weight: 4, targets: REPLICAS, forMs: [1_000, 8_000] },
  { kind: 'stop', weight: 1, targets: ['jobs-1', 'jobs-2', 'persist-1', 'persist-2', 'runner'], forMs: LONG_PAUSE_MS },
  { kind: 'cut', weight: 3, targets: WITH_STORES, forMs: [1_000, 8_000], stores: true },
  { kind: 'silence', weight: 2, targets: WITH_STORES, forMs: [1_000, 8_000], stores: true },
  { kind: 'flush', weight: 2, targets: ['redis'], forMs: [0, 0] },
  { kind: 'kill', weight: 2, targets: ['redis'], forMs: [200, 15_000] },
  { kind: 'stop', weight: 1, targets: ['redis'], forMs: [1_000, 6_000] },
  { kind: 'crash', weight: 1, targets: ['postgres'], forMs: [0, 0] },
  { kind: 'cut', weight: 1, targets: ['postgres'], forMs: [1_000, 26_000] },
];
const TOTAL = KINDS.reduce((sum, { weight }) => sum + weight, 0);
const QUIET_MS = [500, 3_500];
/** A Postgres that crashes is given time to come back before it does again. */
const REST_MS = 12_000;

/**
 * The faults of a run, decided by its seed alone. No target is in two faults at once.
 * @param {number} seed @param {number} seconds
 * @returns {Fault[]}
 */
export function planOf(seed, seconds) {
  const random = randomFrom(seed);
  const between = ([least, most]) => Math.round(least + random() * (most - least));
  const oneOf = (list) => list[Math.floor(random() * list.length)];
  const busyUntil = new Map();
  const plan = [];
  for (let atMs = between(QUIET_MS); atMs < seconds * 1000; atMs += between(QUIET_MS)) {
    const kind = pick(random() * TOTAL);
    const target = oneOf(kind.targets);
    const forMs = between(kind.forMs);
    const store = oneOf(['postgres', 'redis']);
    if ((busyUntil.get(target) ?? 0) > atMs) continue;
    busyUntil.set(target, atMs + forMs + (target === 'postgres' ? REST_MS : 1_000));
    plan.push({ atMs, forMs, kind: kind.kind, target, ...(kind.stores ? { store } : {}) });
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
export const faultText = ({ kind, target, store, forMs }) =>
  `${kind} ${target}${store ? ` from ${store}` : ''}${forMs > 0 ? ` for ${(forMs / 1000).toFixed(1)} s` : ''}`;
