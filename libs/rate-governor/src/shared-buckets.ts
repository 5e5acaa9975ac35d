import { Logger } from '@nestjs/common';
import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { messageOf } from '#libs/kernel';
import type { Ask, Buckets, GovernorMetrics, Report, Watch } from '#libs/rate-limits';
import { BucketLine } from './bucket-line.js';
import { bucketOf, type TurnOptions, TurnScript } from './turn-script.js';

/** How long Redis is not asked again after it did not answer. */
const AWAY_MS = 1_000;

/** Connections of the governor's own: one for commands, which must not keep them while it is lost, and one that listens. */
export interface GovernorRedis {
  readonly commands: Redis;
  readonly subscriber: Redis;
}

/** Buckets in Redis, shared by all replicas that use the same one. While Redis is away, calls pass. */
export class SharedBuckets implements Buckets<undefined> {
  readonly #log = new Logger(SharedBuckets.name);
  readonly #script: TurnScript;
  readonly #lines = new Map<string, BucketLine>();
  #awayUntil = 0;
  #tickets = 0;

  constructor(
    private readonly watch: Watch,
    private readonly metrics: GovernorMetrics,
    private readonly redis: GovernorRedis,
    private readonly options: TurnOptions,
  ) {
    this.#script = new TurnScript(redis.commands, options);
  }

  /** Hears what other replicas learn. Resolves once it does, and Redis can be asked. */
  async listen(): Promise<void> {
    const { commands, subscriber } = this.redis;
    const { prefix, replica } = this.options;
    subscriber.on('message', (channel, message: string) => this.#hear(channel, message));
    const wakeAll = () => this.#lines.forEach((line) => line.wake());
    // What was said while the connection was lost may have been for those who wait here.
    subscriber.on('ready', wakeAll);
    // Those who wait find out now that nobody can be asked, rather than when they ask next.
    commands.on('close', wakeAll);
    await subscriber.subscribe(prefix, `${prefix}:${replica}`);
    if (commands.status !== 'ready') await once(commands, 'ready');
  }

  admit(bucket: string, { caller, connection, maxWaitMs, signal }: Ask<undefined>): Promise<string | undefined> | undefined {
    if (this.#isAway()) {
      this.metrics.degraded(1);
      return undefined;
    }
    this.#tickets += 1;
    const ticket = `${this.options.replica}:${this.#tickets}`;
    return this.#line(bucket).join({ ticket, caller, connection, maxWaitMs, signal });
  }

  report(bucket: string, { seen, ticket }: Report<undefined>): void {
    if (!this.#isAway()) this.#line(bucket).report(seen, ticket);
  }

  #isAway(): boolean {
    return !this.#script.isReachable || performance.now() < this.#awayUntil;
  }

  #line(bucket: string): BucketLine {
    const known = this.#lines.get(bucket);
    if (known) return known;
    const line = new BucketLine(bucket, this.#script, {
      onTurn: (turn) => this.watch.engage(bucket, turn ?? { engagedForMs: 0, blockedForMs: 0 }),
      onUnanswered: (calls) => this.#onUnanswered(calls),
      onIdle: () => this.#lines.delete(bucket),
    });
    this.#lines.set(bucket, line);
    return line;
  }

  #onUnanswered(calls: number): void {
    this.#awayUntil = performance.now() + AWAY_MS;
    this.metrics.degraded(calls);
    this.#log.warn(`Redis does not answer the rate governor: calls pass (${calls} had waited)`);
  }

  #hear(channel: string, message: string): void {
    try {
      if (channel === this.options.prefix) this.#hearOfBucket(message);
      else this.#line(bucketOf(message)).wake();
    } catch (error) {
      this.#log.warn(`a message of the rate governor cannot be read: ${messageOf(error)}`);
    }
  }

  #hearOfBucket(message: string): void {
    const [base, engagedForMs, blockedForMs] = JSON.parse(message) as [string, number, number];
    const bucket = bucketOf(base);
    this.watch.engage(bucket, { engagedForMs, blockedForMs });
    if (blockedForMs > 0) this.#lines.get(bucket)?.blockedFor(blockedForMs);
  }
}
