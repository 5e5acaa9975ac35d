import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { REDIS } from '#libs/cache';
import { ACQUIRE, RELEASE, RELEASE_ALL } from './lock-scripts.js';

/** Whose lock: a run of an environment. */
export interface LockOwner {
  readonly environmentId: number;
  readonly executionId: string;
}

// The braces put all locks of an environment into one slot of a Redis cluster, where scripts can reach them together.
const lockKey = (environmentId: number, key: string) => `fairlead:lock:{${environmentId}}:${key}`;
const ownerKey = ({ environmentId, executionId }: LockOwner) => `fairlead:locks-of:{${environmentId}}:${executionId}`;

/** Locks that all functions of an environment share (spec/functions.md §2.5). They expire; only their owner can release them. */
@Injectable()
export class Locks {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  /** False when another run holds the lock. The holder itself gets it again, for a new `ttlMs`. */
  async acquire(owner: LockOwner, key: string, ttlMs: number): Promise<boolean> {
    const keys = [lockKey(owner.environmentId, key), ownerKey(owner)];
    return (await this.redis.eval(ACQUIRE, 2, ...keys, owner.executionId, ttlMs)) === 1;
  }

  /** False when the run does not hold the lock, or no more. */
  async release(owner: LockOwner, key: string): Promise<boolean> {
    const keys = [lockKey(owner.environmentId, key), ownerKey(owner)];
    return (await this.redis.eval(RELEASE, 2, ...keys, owner.executionId)) === 1;
  }

  /** Releases everything the run holds. */
  async releaseAll(owner: LockOwner): Promise<void> {
    await this.redis.eval(RELEASE_ALL, 1, ownerKey(owner), owner.executionId);
  }
}
