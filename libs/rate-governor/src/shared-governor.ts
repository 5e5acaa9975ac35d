import { randomUUID } from 'node:crypto';
import type { RedisOptions } from 'ioredis';
import type { RedisFactory } from '#libs/cache';
import { Gate, Governor, GovernorMetrics, type GovernorOptions, QUIET_MS, Watch } from '#libs/rate-limits';
import { SharedBuckets } from './shared-buckets.js';
import type { TurnOptions } from './turn-script.js';

const DEFAULTS: Omit<TurnOptions, 'replica'> = { prefix: 'fairlead:governor', leaseMs: 10_000, quietMs: QUIET_MS, answerMs: 250 };

/** A command that cannot be sent now fails now: its call passes. */
const FAIL_AT_ONCE: RedisOptions = { enableOfflineQueue: false, maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false };

export interface SharedGovernor {
  readonly governor: Governor;
  /** Resolves once it hears the other replicas; until then it learns by itself alone. */
  readonly listening: Promise<void>;
}

/** A governor whose buckets are shared through Redis. While it is off, nothing is connected. @param tuning of tests */
export function sharedGovernor(
  options: GovernorOptions,
  connect: RedisFactory,
  tuning: Partial<TurnOptions> = {},
): SharedGovernor {
  const [watch, metrics] = [new Watch(), new GovernorMetrics()];
  if (options.mode === 'off') {
    const nowhere = { admit: () => undefined, report: () => undefined };
    return { governor: new Governor(new Gate(watch, nowhere, metrics), () => options), listening: Promise.resolve() };
  }
  const redis = { commands: connect('governor', FAIL_AT_ONCE), subscriber: connect('governor-subscriber') };
  const buckets = new SharedBuckets(watch, metrics, redis, { ...DEFAULTS, replica: randomUUID(), ...tuning });
  return { governor: new Governor(new Gate(watch, buckets, metrics), () => options), listening: buckets.listen() };
}
