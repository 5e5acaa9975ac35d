import type { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, inTime } from '#libs/kernel';

/**
 * KEYS lease, mark of an unfinished holder · ARGV owner, ttl in ms, life of the mark in ms → -1 when somebody else holds it, else
 * whether the last holder never gave it back.
 */
const ACQUIRE = `
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return -1 end
local orphaned = redis.call('EXISTS', KEYS[2])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3])
return orphaned`;

/** KEYS lease · ARGV owner, ttl in ms → 1 while the owner holds it. */
const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** KEYS lease, mark · ARGV owner. Only what is the owner's goes. */
const RELEASE = `
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
return 1`;

const TTL_MS = 10_000;
const RENEW_MS = 3_000;
const WAIT_MS = 25_000;
const POLL_MS = 50;
const MARK_MS = 3_600_000;
/** Redis is away: better to say so than to keep callers waiting. */
const COMMAND_MS = 3_000;

export interface HeldLease {
  /** The last holder never gave it back: it may have called the provider and be gone, or slow. */
  readonly orphaned: boolean;
}

/**
 * One refresh at a time over all processes (design §4). The lease has a random owner, so nobody gives back another's; it is renewed
 * while work goes on, and ends by itself when its holder dies. The fencing token is the credentials' version in the row, which the
 * write compares.
 */
export class RefreshLeases {
  constructor(private readonly redis: Redis) {}

  /** @throws AppError `connection_refresh_backoff` when the lease could not be had in time, or Redis is away */
  async hold<Result>(name: string, work: (lease: HeldLease) => Promise<Result>): Promise<Result> {
    const owner = randomUUID();
    const keys = [`fairlead:refresh:{${name}}`, `fairlead:refresh:{${name}}:open`] as const;
    const orphaned = await this.#acquire(keys, owner);
    const renewal = setInterval(() => void this.#renew(keys[0], owner), RENEW_MS);
    try {
      return await work({ orphaned });
    } finally {
      clearInterval(renewal);
      await this.#within(this.redis.eval(RELEASE, 2, ...keys, owner)).catch(() => undefined); // it ends by itself
    }
  }

  async #acquire(keys: readonly [string, string], owner: string): Promise<boolean> {
    const until = Date.now() + WAIT_MS;
    for (let wait = POLL_MS; Date.now() < until; wait = Math.min(wait * 1.5, POLL_MS * 5)) {
      const answer = await this.#within(this.redis.eval(ACQUIRE, 2, ...keys, owner, TTL_MS, MARK_MS));
      if (answer !== -1) return answer === 1;
      await delay(wait);
    }
    throw new AppError('connection_refresh_backoff', 'another process has been renewing these credentials for too long');
  }

  /** A renewal that fails may be late; the row's version still keeps two holders apart. */
  async #renew(key: string, owner: string): Promise<void> {
    await this.#within(this.redis.eval(RENEW, 1, key, owner, TTL_MS)).catch(() => undefined);
  }

  #within<Value>(command: Promise<Value>): Promise<Value> {
    return inTime(command, COMMAND_MS, () => {
      throw new AppError('connection_refresh_backoff', 'Redis does not answer; credentials cannot be renewed without it');
    });
  }
}
