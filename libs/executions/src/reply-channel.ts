import { Inject, Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { REDIS_FACTORY, type RedisFactory } from '#libs/cache';
import type { Outcome } from '#libs/contracts';
import { messageOf } from '#libs/kernel';
import { readReply } from './domain/reply-message.js';
import { keys } from './keys.js';

export interface ReplyListener {
  onReply(id: string, outcome: Outcome | undefined): void;
  /** Words may have been missed. */
  onGap(): void;
}

/** Where workers answer the actions this process waits for. */
@Injectable()
export class ReplyChannel {
  readonly name = keys.replies(randomUUID());
  readonly #log = new Logger(ReplyChannel.name);
  #open: Promise<unknown> | undefined;

  constructor(@Inject(REDIS_FACTORY) private readonly connect: RedisFactory) {}

  /** Resolves once words are heard. */
  async listen(listener: ReplyListener): Promise<void> {
    this.#open ??= this.#subscribe(listener);
    await this.#open;
  }

  #subscribe(listener: ReplyListener): Promise<unknown> {
    const redis = this.connect('replies');
    redis.on('message', (_channel, message: string) => this.#read(message, listener));
    redis.on('ready', () => listener.onGap());
    return redis.subscribe(this.name);
  }

  #read(message: string, listener: ReplyListener): void {
    try {
      const { id, outcome } = readReply(message);
      listener.onReply(id, outcome);
    } catch (error) {
      this.#log.warn(`a reply cannot be read: ${messageOf(error)}`);
    }
  }
}
