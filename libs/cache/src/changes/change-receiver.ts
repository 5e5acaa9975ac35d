import type { Redis } from 'ioredis';
import { messageOf } from '#libs/kernel';
import { Logger } from '@nestjs/common';

/** Hears what other processes have changed, and knows since when it has missed nothing. */
export class ChangeReceiver {
  readonly #log = new Logger('Changes');
  /** Of the connection that is listened on; none while there is none. */
  #session: symbol | undefined;
  #since = Number.POSITIVE_INFINITY;

  /** @param redis a connection of its own, which does not subscribe again by itself */
  constructor(
    private readonly redis: Redis,
    private readonly channel: string,
    onMessage: (text: string) => void,
  ) {
    redis.on('message', (_channel: string, text: string) => onMessage(text));
    redis.on('ready', () => void this.#listen());
    redis.on('close', () => {
      this.#session = undefined;
    });
  }

  /** Since when, in milliseconds of `performance.now()`, every message was heard for which `hears` vouches. */
  get since(): number {
    return this.#since;
  }

  /**
   * Whether all was heard that had been said before this question. Redis answers it on the connection the messages come on, after them.
   * Waits while the connection is silent.
   */
  async hears(): Promise<boolean> {
    const session = this.#session;
    if (!session) return false;
    await this.redis.ping();
    return session === this.#session;
  }

  async #listen(): Promise<void> {
    try {
      await this.redis.subscribe(this.channel);
      this.#since = performance.now();
      this.#session = Symbol('session');
    } catch (error) {
      this.#log.warn(`changes made by other processes cannot be listened to: ${messageOf(error)}`);
    }
  }
}
