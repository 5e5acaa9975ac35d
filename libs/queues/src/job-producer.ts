import { Inject, Injectable } from '@nestjs/common';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { REDIS } from '#libs/cache';
import { type JobData, type JobName, JOBS, QUEUES, type QueueName } from '#libs/contracts';
import { QUEUE_PREFIX } from './queue-prefix.js';

export interface EnqueueOptions {
  /** Adding an id that waits or runs is a no-op. Without `:`. */
  readonly jobId: string;
  readonly delayMs?: number;
}

/** Jobs of one queue by what they are at. */
export type JobCounts = Readonly<Record<'waiting' | 'active' | 'delayed', number>>;

/** Ended jobs are kept for the board only: what happened is in the tables. */
const KEPT = { removeOnComplete: { count: 50 }, removeOnFail: { count: 200 } };

const COUNTED = ['waiting', 'prioritized', 'active', 'delayed'] as const;

/** Puts ready work into the queues. Never call it inside a transaction: use `tx.afterCommit`. */
@Injectable()
export class JobProducer {
  readonly #queues: ReadonlyMap<QueueName, Queue>;

  constructor(@Inject(REDIS) connection: Redis, @Inject(QUEUE_PREFIX) prefix: string) {
    this.#queues = new Map(QUEUES.map((name) => [name, new Queue(name, { connection, prefix })]));
    // The connection logs its losses itself; without a listener every queue would print them again.
    for (const queue of this.#queues.values()) queue.on('error', () => undefined);
  }

  /** @throws ZodError when the data does not fit the catalogue */
  async enqueue<Name extends JobName>(name: Name, data: JobData<Name>, { jobId, delayMs }: EnqueueOptions): Promise<void> {
    const checked = JOBS[name].data.parse(data);
    await this.queue(JOBS[name].queue).add(name, checked, { ...KEPT, jobId, ...(delayMs ? { delay: delayMs } : {}) });
  }

  /** Adds many jobs of one name in one round trip. */
  async enqueueMany<Name extends JobName>(
    name: Name,
    jobs: readonly { readonly jobId: string; readonly data: JobData<Name> }[],
  ): Promise<void> {
    if (jobs.length === 0) return;
    const { queue, data: schema } = JOBS[name];
    await this.queue(queue).addBulk(
      jobs.map(({ jobId, data }) => ({ name, data: schema.parse(data), opts: { ...KEPT, jobId } })),
    );
  }

  /** Adds a job whose earlier try may have ended: an ended one of that id makes room, one that waits or runs stays. Answers whether it did. */
  async enqueueAgain<Name extends JobName>(name: Name, data: JobData<Name>, { jobId }: EnqueueOptions): Promise<boolean> {
    const earlier = await this.queue(JOBS[name].queue).getJob(jobId);
    if (earlier && earlier.finishedOn === undefined) return false;
    await earlier?.remove();
    await this.enqueue(name, data, { jobId });
    return true;
  }

  /** Whether a job waits, runs, or has ended lately. */
  async knows(name: JobName, jobId: string): Promise<boolean> {
    return (await this.queue(JOBS[name].queue).getJobState(jobId)) !== 'unknown';
  }

  /** How many jobs of each queue wait, run, or wait for their time: numbers that Redis keeps. */
  async counts(): Promise<Map<QueueName, JobCounts>> {
    const counted = [...this.#queues].map(async ([name, queue]) => {
      const { waiting = 0, prioritized = 0, active = 0, delayed = 0 } = await queue.getJobCounts(...COUNTED);
      return [name, { waiting: waiting + prioritized, active, delayed }] as const;
    });
    return new Map(await Promise.all(counted));
  }

  /** The queue itself, for the operators' board. */
  queue(name: QueueName): Queue {
    return this.#queues.get(name) as Queue;
  }
}
