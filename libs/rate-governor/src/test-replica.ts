import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { connectRedis } from '#libs/cache';
import type { ConnectionLease } from '#libs/contracts';
import type { GovernedCall, GovernorOptions } from '#libs/rate-limits';
import { type SharedGovernor, sharedGovernor } from './shared-governor.js';
import type { TurnOptions } from './turn-script.js';

/** One replica's governor, and what its callers do. */
export interface TestReplica extends SharedGovernor {
  /** A call of somebody that waits as long as it takes, unless told otherwise. */
  call(
    caller: string,
    more?: { mode?: 'wait' | 'fail' | 'pass'; maxWaitMs?: number; signal?: AbortSignal },
  ): GovernedCall<undefined>;
  /** Tells of an answer that says this, as headers would. */
  learn(learnt: { status?: number; headers?: Record<string, string> }): void;
  /** Ends without a word, as a killed process does. */
  kill(): void;
}

export const REQUEST = { method: 'GET', origin: 'https://api.example.com', path: '/v1/things' };

const LEASE: ConnectionLease = {
  connection: { id: 1, connection_id: 'c1' },
  provider: {},
  integration: { uniqueKey: 'crm', provider: 'crm', clientId: null, clientSecret: null, custom: {} },
};

/** @param tuning `prefix` is to be shared by the replicas of one test */
export function testReplica(url: string, tuning: Partial<TurnOptions>, options: Partial<GovernorOptions> = {}): TestReplica {
  const made: Redis[] = [];
  const shared = sharedGovernor(
    { mode: 'wait', maxWaitMs: 60_000, maxBlockMs: 3_600_000, ...options },
    (purpose, more) => {
      const redis = connectRedis(url, purpose, more);
      made.push(redis);
      return redis;
    },
    { answerMs: 2_000, ...tuning },
  );
  const lease = { ...LEASE };
  const call: TestReplica['call'] = (caller, more = {}) =>
    shared.governor.of({ environmentId: 1, lease, caller: () => caller, via: undefined, ...more }) as GovernedCall<undefined>;
  return {
    ...shared,
    call,
    learn: ({ status = 200, headers = {} }) => call('learner').learn(answered(status, headers)),
    kill: () => made.forEach((redis) => redis.disconnect()),
  };
}

/** An attempt with its answer. */
export const answered = (status: number, headers: Record<string, string> = {}) => ({
  request: { ...REQUEST } as never,
  outcome: { status, headers },
  durationMs: 0,
});

export const newPrefix = (): string => `test:${randomUUID()}`;
