import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, newId } from '#libs/kernel';
import { Silence } from './domain/silence.js';
import type { JobStream, StreamEntry } from './job-stream.js';

/** What is done with jobs. */
export interface StreamJobs {
  run(data: string): Promise<void>;
  /** The process that was given the job is gone. */
  lost(data: string): Promise<void>;
}

export interface StreamWorkerOptions {
  /** Jobs at a time. */
  readonly concurrency: number;
  /** How long a worker may be silent before its jobs are lost. */
  readonly lostAfterMs: number;
  readonly checkMs: number;
}

const BLOCK_MS = 2_000;
const TRY_AGAIN_MS = 200;
/** Of a burst, each of several workers takes a part. */
const MOST_AT_ONCE = 16;

/** Takes jobs from a stream as long as there is room, and looks after those of workers that fell silent. */
export class StreamWorker {
  readonly id = newId();
  readonly #log = new Logger(StreamWorker.name);
  readonly #silence: Silence;
  /** Entries that run here, or whose end Redis has not noted yet. */
  readonly #held = new Map<string, Promise<void>>();
  readonly #reader: Redis;
  readonly #taking: Promise<void>;
  #running = 0;
  #ended: string[] = [];
  #freed: () => void = () => undefined;
  #check: NodeJS.Timeout | undefined;
  #isClosing = false;

  /** @param connect makes a connection of the given name */
  constructor(
    private readonly stream: JobStream,
    private readonly redis: Redis,
    private readonly jobs: StreamJobs,
    private readonly options: StreamWorkerOptions,
    connect: (name: string) => Redis,
  ) {
    const { lostAfterMs, checkMs } = options;
    this.#silence = new Silence(lostAfterMs, Math.min(lostAfterMs, 3 * checkMs));
    this.#reader = connect(this.id);
    this.#taking = this.#take();
    void this.#lookAfter();
  }

  /** Takes no more jobs; resolves once those that run have ended. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#check);
    this.#freed();
    await this.#unblock();
    await this.#taking;
    await Promise.all(this.#held.values());
    await this.#attempt('signing off', () => this.stream.forget(this.id));
    this.#reader.disconnect();
  }

  async #take(): Promise<void> {
    while (!this.#isClosing) {
      const room = this.options.concurrency - this.#running;
      if (room > 0)
        for (const entry of await this.#read(Math.min(room, MOST_AT_ONCE))) this.#begin(entry, (data) => this.jobs.run(data));
      else await new Promise<void>((resolve) => (this.#freed = resolve));
    }
  }

  async #read(most: number): Promise<StreamEntry[]> {
    try {
      return await this.stream.take(this.#reader, this.id, most, BLOCK_MS);
    } catch (error) {
      this.#log.warn(`no jobs are taken: ${messageOf(error)}`);
      await delay(TRY_AGAIN_MS);
      return [];
    }
  }

  #begin({ entryId, data }: StreamEntry, work: (data: string) => Promise<void>): void {
    if (this.#held.has(entryId)) return;
    this.#running += 1;
    this.#held.set(entryId, this.#end(entryId, work(data)));
  }

  async #end(entryId: string, work: Promise<void>): Promise<void> {
    await this.#attempt('a job', () => work);
    this.#running -= 1;
    this.#freed();
    await this.#note(entryId);
  }

  /** Ends of one turn of the event loop are told together; until Redis has noted them, they are held. */
  async #note(entryId: string): Promise<void> {
    this.#ended.push(entryId);
    await new Promise((resolve) => setImmediate(resolve));
    await this.#noteEnded();
  }

  async #noteEnded(): Promise<void> {
    const ended = this.#ended;
    this.#ended = [];
    try {
      await this.stream.done(ended);
      for (const id of ended) this.#held.delete(id);
    } catch (error) {
      this.#ended.push(...ended);
      this.#log.warn(`the end of ${ended.length} jobs is not noted yet: ${messageOf(error)}`);
    }
  }

  async #lookAfter(): Promise<void> {
    await this.#attempt('looking after jobs', async () => {
      await this.#noteEnded();
      await this.stream.beat(this.id);
      for (const worker of this.#silence.look(await this.stream.beats(), performance.now()))
        if (worker !== this.id) await this.#takeOver(worker);
      await this.#findMissed();
    });
    if (!this.#isClosing) this.#check = setTimeout(() => void this.#lookAfter(), this.options.checkMs);
  }

  async #takeOver(worker: string): Promise<void> {
    const { lostAfterMs } = this.options;
    const lost = await this.stream.claim(this.id, await this.stream.heldBy(worker, 0), lostAfterMs / 2);
    if (lost.length > 0) this.#log.warn(`${lost.length} jobs of ${worker}, which fell silent, are lost`);
    for (const entry of lost) this.#begin(entry, (data) => this.jobs.lost(data));
    await this.stream.forget(worker);
  }

  /** Jobs that were given to this worker on a connection that broke before they arrived. */
  async #findMissed(): Promise<void> {
    const held = await this.stream.heldBy(this.id, this.options.checkMs);
    const missed = held.filter((entryId) => !this.#held.has(entryId));
    for (const entry of await this.stream.claim(this.id, missed, 0)) this.#begin(entry, (data) => this.jobs.run(data));
  }

  /** Ends the wait for entries on the side of Redis, so that none is given to a worker that is gone. */
  async #unblock(): Promise<void> {
    await this.#attempt('the wait for jobs', async () => {
      const clients = String(await this.redis.client('LIST'));
      const id = new RegExp(`^id=(\\d+) .* name=fairlead-${this.id} `, 'm').exec(clients)?.[1];
      if (id !== undefined) await this.redis.client('UNBLOCK', id);
    });
  }

  async #attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.warn(`${what}: ${messageOf(error)}`);
    }
  }
}
