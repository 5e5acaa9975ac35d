import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { REDIS, REDIS_FACTORY, type RedisFactory } from '#libs/cache';
import {
  isStream,
  type JobData,
  type JobName,
  JOBS,
  type QueueName,
  type StreamedJobName,
  type StreamName,
} from '#libs/contracts';
import { inTime, messageOf } from '#libs/kernel';
import { counter } from '#libs/metrics';
import { handlerTable } from './domain/handler-table.js';
import { headroomOf } from './domain/headroom.js';
import { type JobHandler, jobHandledBy } from './handles-job.js';
import type { BullQueueName } from './job-producer.js';
import { QUEUE_PREFIX } from './queue-prefix.js';
import type { Concurrency } from './queues.config.js';
import { JobStream } from './streams/job-stream.js';
import { StreamWorker } from './streams/stream-worker.js';

export interface WorkersOptions {
  readonly concurrency: Concurrency;
  /** How long running jobs may take to end when the process stops; then they are aborted. */
  readonly graceMs: number;
  /** How long a lost process keeps its jobs, and how often that is looked at. */
  readonly lockMs?: number;
  readonly stalledCheckMs?: number;
}

export const WORKERS_OPTIONS = Symbol('workers-options');

const LOCK_MS = 15_000;
const STALLED_CHECK_MS = 5_000;
/** Time aborted jobs get to settle. */
const ABORT_MS = 2_000;

const ended = counter('fairlead.jobs.ended');

type AnyHandler = JobHandler<JobName>;
type StreamedJob = JobData<StreamedJobName>;

/** Runs the jobs whose handlers an app declares: one worker per queue, each job tried once. */
@Injectable()
export class QueueWorkers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #log = new Logger(QueueWorkers.name);
  readonly #workers: { close(): Promise<void> }[] = [];
  readonly #stop = new AbortController();
  #handlers: ReadonlyMap<JobName, AnyHandler> = new Map();

  constructor(
    private readonly discovery: DiscoveryService,
    @Inject(REDIS) private readonly redis: Redis,
    @Inject(REDIS_FACTORY) private readonly connect: RedisFactory,
    @Inject(QUEUE_PREFIX) private readonly prefix: string,
    @Inject(WORKERS_OPTIONS) private readonly options: WorkersOptions,
  ) {}

  /** @throws Error when a queue that is taken from has a job without a handler, or with two */
  onApplicationBootstrap(): void {
    this.#handlers = handlerTable(this.#declared());
    for (const queue of new Set([...this.#handlers.keys()].map((name) => JOBS[name].queue)))
      this.#workers.push(isStream(queue) ? this.#startStream(queue) : this.#start(queue));
  }

  /** Takes no more jobs, lets running ones end, and aborts those that do not. */
  async beforeApplicationShutdown(): Promise<void> {
    const drained = Promise.all(this.#workers.map((worker) => worker.close()));
    if (await endsWithin(drained, this.options.graceMs)) return;
    this.#stop.abort(new Error('the process stops'));
    if (await endsWithin(drained, ABORT_MS)) return;
    this.#log.warn('jobs did not end in time and are given up');
  }

  #declared(): (readonly [JobName, AnyHandler])[] {
    return this.discovery.getProviders().flatMap(({ instance }) => {
      const name = typeof instance === 'object' && instance !== null ? jobHandledBy(instance as object) : undefined;
      return name ? [[name, instance as AnyHandler] as const] : [];
    });
  }

  #start(queue: BullQueueName): Worker {
    const worker = new Worker(queue, (job: Job) => this.#run(job.name as JobName, job.data), {
      connection: this.connect(`worker-${queue}`),
      prefix: this.prefix,
      concurrency: this.#atOnce(queue),
      maxStalledCount: 0,
      lockDuration: this.#lockMs,
      stalledInterval: this.#stalledCheckMs,
    });
    let last = '';
    worker.on('error', ({ message }) => {
      // A connection that is away says so at every try.
      if (message !== last) this.#log.warn(`${queue}: ${message}`);
      last = message;
    });
    worker.on('active', () => {
      last = '';
    });
    worker.on('failed', (job, error) => job && void this.#lost(job.name as JobName, job.id, job.data, error));
    return worker;
  }

  /** A stream carries one kind of job. */
  #startStream(queue: StreamName): StreamWorker {
    const name = [...this.#handlers.keys()].find((handled) => JOBS[handled].queue === queue) as JobName;
    const jobs = {
      run: async (text: string) => {
        const data = JSON.parse(text) as StreamedJob;
        await this.#run(name, data).catch((error: unknown) => this.#lost(name, data.executionId, data, error));
      },
      lost: (text: string) => {
        const data = JSON.parse(text) as StreamedJob;
        return this.#lost(name, data.executionId, data, new Error('the process that was given the job is gone'));
      },
    };
    const options = { concurrency: this.#atOnce(queue), lostAfterMs: this.#lockMs, checkMs: this.#stalledCheckMs };
    return new StreamWorker(new JobStream(this.redis, JobStream.keyOf(this.prefix, queue)), this.redis, jobs, options, (id) =>
      this.connect(`stream-${queue}`, { connectionName: `fairlead-${id}` }),
    );
  }

  #atOnce(queue: QueueName): number {
    return this.options.concurrency[queue] + headroomOf(this.options.concurrency[queue]);
  }

  get #lockMs(): number {
    return this.options.lockMs ?? LOCK_MS;
  }

  get #stalledCheckMs(): number {
    return this.options.stalledCheckMs ?? STALLED_CHECK_MS;
  }

  async #run(name: JobName, data: unknown): Promise<void> {
    await this.#handlerOf(name).handle(JOBS[name].data.parse(data), { signal: this.#stop.signal });
    ended.add({ job: name, outcome: 'done' });
  }

  async #lost(name: JobName, id: string | undefined, data: unknown, error: unknown): Promise<void> {
    ended.add({ job: name, outcome: 'lost' });
    this.#log.error({ err: error, job: id }, `${name} ended without its handler`);
    try {
      await this.#handlerOf(name).lost(data as JobData<JobName>, messageOf(error));
    } catch (failure) {
      this.#log.error({ err: failure, job: id }, `${name} could not be given up, the sweep will: ${messageOf(failure)}`);
    }
  }

  #handlerOf(name: JobName): AnyHandler {
    const handler = this.#handlers.get(name);
    if (!handler) throw new Error(`no handler for job ${name}`);
    return handler;
  }
}

const endsWithin = (work: Promise<unknown>, ms: number): Promise<boolean> =>
  inTime(
    work.then(() => true),
    ms,
    () => false,
  );
