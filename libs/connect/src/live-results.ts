import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { REDIS, REDIS_FACTORY, type RedisFactory } from '#libs/cache';
import { messageOf } from '#libs/kernel';
import type { LiveMessage } from './connect.types.js';

/** A result waits this long for the socket it is meant for. */
const REMEMBERED_FOR_S = 60;

const keyOf = (clientId: string) => `fairlead:live:result:${clientId}`;
const channelOf = (clientId: string) => `fairlead:live:${clientId}`;
const CHANNEL_PREFIX = channelOf('');

type Deliver = (message: LiveMessage) => void;

/**
 * Carries results of browser flows to the replica that holds the client's socket. A result lies in Redis until it is taken; the
 * channel only says that there is one, so it is delivered once however often it is announced.
 */
@Injectable()
export class LiveResults implements OnModuleInit {
  readonly #log = new Logger(LiveResults.name);
  readonly #waiting = new Map<string, Deliver>();
  #subscriber: Redis;

  constructor(
    @Inject(REDIS) private readonly redis: Redis,
    @Inject(REDIS_FACTORY) private readonly connect: RedisFactory,
  ) {}

  onModuleInit(): void {
    this.#subscriber = this.connect('live-results');
    this.#subscriber.on('message', (channel: string) => void this.#take(channel.slice(CHANNEL_PREFIX.length)));
    // Announcements were missed while the connection was away.
    this.#subscriber.on('ready', () => {
      for (const clientId of this.#waiting.keys()) void this.#listenAgain(clientId);
    });
  }

  /** Hands over the one result of a client, once, as soon as there is one; also one that came before. */
  async subscribe(clientId: string, deliver: Deliver): Promise<void> {
    this.#waiting.set(clientId, deliver);
    await this.#listen(clientId);
  }

  async unsubscribe(clientId: string): Promise<void> {
    this.#waiting.delete(clientId);
    await this.#subscriber.unsubscribe(channelOf(clientId));
  }

  /** To the socket in this process, else to the replica that holds it. Resolves when Redis has it. */
  async publish(clientId: string, message: LiveMessage): Promise<void> {
    if (this.#deliver(clientId, message)) return;
    await this.redis.set(keyOf(clientId), JSON.stringify(message), 'EX', REMEMBERED_FOR_S);
    await this.redis.publish(channelOf(clientId), '');
  }

  /** A connection that breaks once more comes back once more. */
  async #listenAgain(clientId: string): Promise<void> {
    try {
      await this.#listen(clientId);
    } catch (error) {
      this.#log.warn(`a client's channel was not subscribed again: ${messageOf(error)}`);
    }
  }

  /** Looks only once announcements are heard: what comes between the two is not missed. */
  async #listen(clientId: string): Promise<void> {
    await this.#subscriber.subscribe(channelOf(clientId));
    await this.#take(clientId);
  }

  async #take(clientId: string): Promise<void> {
    if (!this.#waiting.has(clientId)) return;
    try {
      const text = await this.redis.getdel(keyOf(clientId));
      if (text === null) return;
      const message = JSON.parse(text) as LiveMessage;
      if (!this.#deliver(clientId, message)) await this.redis.set(keyOf(clientId), text, 'EX', REMEMBERED_FOR_S);
    } catch (error) {
      this.#log.warn(`a result could not be fetched: ${messageOf(error)}`);
    }
  }

  #deliver(clientId: string, message: LiveMessage): boolean {
    const deliver = this.#waiting.get(clientId);
    if (!deliver) return false;
    this.#waiting.delete(clientId);
    deliver(message);
    return true;
  }
}
