import { Inject, Injectable } from '@nestjs/common';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { REDIS } from '#libs/cache';
import {
  isStream,
  type JobData,
  JOBS,
  type QueuedJobName,
  QUEUES,
  type QueueName,
  type StreamName,
  STREAMS,
  type StreamedJobName,
} from '#libs/contracts';
import { QUEUE_PREFIX } from './queue-prefix.js';
import { JobStream } from './streams/job-stream.js';

export interface EnqueueOptions {
  /** Adding an id that waits or runs is a no-op. Without `:`. */
  readonly jobId: string;
  readonly delayMs?: number;
}

/** A queue of BullMQ. */
export type BullQueueName = Exclude<QueueName, StreamName>;

/** Jobs of one queue by what they are at. */
export type JobCounts = Readonly<Record<'waiting' | 'active' | 'delayed', number>>;

/** Ended jobs are kept for the board only: what happened is in the tables. */
const KEPT = { removeOnComplete: { count: 50 }, removeOnFail: { count: 200 } };

/** Queues that the board shows. */
export const BULL_QUEUES = QUEUES.filter((name): name is BullQueueName => !isStream(name));

const COUNTED = ['waiting', 'prioritized', 'active', 'delayed'] as const;

/** Puts ready work into the queues. Never call it inside a transaction: use `tx.afterCommit`. */
@Injectable()
export class JobProducer {
  readonly #queues: ReadonlyMap<BullQueueName, Queue>;
  readonly #streams: ReadonlyMap<StreamName, JobStream>;

  constructor(@Inject(REDIS) connection: Redis, @Inject(QUEUE_PREFIX) prefix: string) {
    this.#queues = new Map(BULL_QUEUES.map((name) => [name, new Queue(name, { connection, prefix })]));
    this.#streams = new Map(STREAMS.map((name) => [name, new JobStream(connection, JobStream.keyOf(prefix, name))]));
    // The connection logs its losses itself; without a listener every queue would print them again.
    for (const queue of this.#queues.values()) queue.on('error', () => undefined);
  }

  /** @throws ZodError when the data does not fit the catalogue */
  async enqueue<Name extends QueuedJobName>(name: Name, data: JobData<Name>, { jobId, delayMs }: EnqueueOptions): Promise<void> {
    const checked = JOBS[name].data.parse(data);
    await this.queue(JOBS[name].queue).add(name, checked, { ...KEPT, jobId, ...(delayMs ? { delay: delayMs } : {}) });
  }

  /** Adds many jobs of one name in one round trip. */
  async enqueueMany<Name extends QueuedJobName>(
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
  async enqueueAgain<Name extends QueuedJobName>(name: Name, data: JobData<Name>, { jobId }: EnqueueOptions): Promise<boolean> {
    const earlier = await this.queue(JOBS[name].queue).getJob(jobId);
    if (earlier && earlier.finishedOn === undefined) return false;
    await earlier?.remove();
    await this.enqueue(name, data, { jobId });
    return true;
  }

  /** Whether a job waits, runs, or has ended lately. */
  async knows(name: QueuedJobName, jobId: string): Promise<boolean> {
    return (await this.queue(JOBS[name].queue).getJobState(jobId)) !== 'unknown';
  }

  /** Every job of a stream that waits or runs. */
  async streamed<Name extends StreamedJobName>(name: Name): Promise<JobData<Name>[]> {
    const stream = this.#streams.get(JOBS[name].queue) as JobStream;
    return (await stream.all()).map((data) => JSON.parse(data) as JobData<Name>);
  }

  /** How many jobs of each queue wait, run, or wait for their time: numbers that Redis keeps. */
  async counts(): Promise<Map<QueueName, JobCounts>> {
    const counted = [...this.#queues].map(async ([name, queue]) => {
      const { waiting = 0, prioritized = 0, active = 0, delayed = 0 } = await queue.getJobCounts(...COUNTED);
      return [name, { waiting: waiting + prioritized, active, delayed }] as const;
    });
    const streamed = [...this.#streams].map(
      async ([name, stream]) => [name, { ...(await stream.counts()), delayed: 0 }] as const,
    );
    return new Map<QueueName, JobCounts>(await Promise.all([...counted, ...streamed]));
  }

  /** The queue itself, for the operators' board. */
  queue(name: BullQueueName): Queue {
    return this.#queues.get(name) as Queue;
  }
}
