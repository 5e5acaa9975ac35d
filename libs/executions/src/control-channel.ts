import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { REDIS, REDIS_FACTORY, type RedisFactory } from '#libs/cache';
import { abortWith, messageOf } from '#libs/kernel';
import { keys } from './keys.js';
import { LedgerRepository } from './ledger.repository.js';

/**
 * What runs in this process, and how to stop it. A word on the control channel stops an execution at once; who missed the word
 * finds it in the ledger.
 */
@Injectable()
export class ControlChannel {
  readonly #log = new Logger(ControlChannel.name);
  readonly #running = new Map<string, AbortController>();
  #listening: Redis | undefined;

  constructor(
    @Inject(REDIS) private readonly redis: Redis,
    @Inject(REDIS_FACTORY) private readonly connect: RedisFactory,
    private readonly ledger: LedgerRepository,
  ) {}

  /** Tells whoever runs it to stop. Never waits, never throws. */
  stop(id: string): void {
    this.redis.publish(keys.control, id).catch((error: unknown) => this.#log.warn(`no word about ${id}: ${messageOf(error)}`));
  }

  /** Runs work that `stop` can end: its signal aborts then, or with the one given. */
  async run<Result>(id: string, outer: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    this.#listen();
    const own = new AbortController();
    const leave = abortWith(own, outer);
    this.#running.set(id, own);
    try {
      return await work(own.signal);
    } finally {
      leave();
      this.#running.delete(id);
    }
  }

  /** Stops what runs here although the ledger says that it has ended. */
  async stopEnded(): Promise<void> {
    if (this.#running.size === 0) return;
    for (const { id } of await this.ledger.ended([...this.#running.keys()])) this.#abort(id);
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = this.connect('control');
    this.#listening.on('message', (_channel, id: string) => this.#abort(id));
    this.#listening
      .subscribe(keys.control)
      .catch((error: unknown) => this.#log.warn(`the control channel is not heard: ${messageOf(error)}`));
  }

  #abort(id: string): void {
    this.#running.get(id)?.abort(new Error('the execution was ended'));
  }
}
