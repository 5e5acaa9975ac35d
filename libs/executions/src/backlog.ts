import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { REDIS } from '#libs/cache';
import { type ExecutionKind, executionKind } from '#libs/contracts';
import type { EnvironmentId } from '#libs/kernel';
import { type EnvironmentBacklog, type KindBacklog, summary } from './domain/backlog-summary.js';
import { keys } from './keys.js';

/** More environments with work at a time than this are looked at by chance. */
const MOST_ENVIRONMENTS = 2_000;

/** What admission counts for each environment that has any of it. */
type Counts = Readonly<Record<'busy' | 'gone' | 'held', Readonly<Record<string, string>>>>;

/** What waits and runs, as admission sees it: lengths that Redis keeps, none of which grows with the backlog. */
@Injectable()
export class Backlog {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  /** @param busiest how many environments of each kind are told apart */
  read(busiest: number): Promise<KindBacklog[]> {
    return Promise.all(executionKind.options.map((kind) => this.#kind(kind, busiest)));
  }

  async #kind(kind: ExecutionKind, busiest: number): Promise<KindBacklog> {
    const base = keys.admission(kind);
    const [known, running, busy, gone, held, ringed] = await Promise.all([
      this.redis.hlen(`${base}:env`),
      this.redis.zcard(`${base}:running`),
      this.redis.hgetall(`${base}:busy`),
      this.redis.hgetall(`${base}:gone`),
      this.redis.hgetall(`${base}:held`),
      this.redis.srandmember(`${base}:ringed`, MOST_ENVIRONMENTS),
    ]);
    // Whoever has work waits for a turn, or for what it runs.
    const environments = [...new Set([...Object.keys(busy), ...ringed])].slice(0, MOST_ENVIRONMENTS).map(Number);
    const counted = await this.#environments(base, environments, { busy, gone, held });
    return summary({ kind, waiting: Math.max(0, known - running), running, environments: counted }, busiest, Date.now());
  }

  async #environments(
    base: string,
    environments: readonly EnvironmentId[],
    { busy, gone, held }: Counts,
  ): Promise<EnvironmentBacklog[]> {
    if (environments.length === 0) return [];
    const pipeline = this.redis.pipeline();
    for (const id of environments) pipeline.llen(`${base}:queue:${id}`).lindex(`${base}:queue:${id}`, 0);
    const answers = (await pipeline.exec()) ?? [];
    return environments.map((environmentId, at) => ({
      environmentId,
      // The list still has ids of what has ended, and not yet those that their connection's limit holds back.
      waiting: Number(answers[2 * at]?.[1] ?? 0) - Number(gone[environmentId] ?? 0) + Number(held[environmentId] ?? 0),
      first: (answers[2 * at + 1]?.[1] as string | null | undefined) ?? undefined,
      running: Number(busy[environmentId] ?? 0),
    }));
  }
}
