import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { RedisOptions } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { messageOf } from '#libs/kernel';
import { readMessage } from '../domain/change-message.js';
import type { RedisFactory } from '../redis-factory.js';
import { channelOf } from './announce.js';
import { ChangeReceiver } from './change-receiver.js';
import { ChangeSender } from './change-sender.js';
import { EVERYTHING, type Tag, tagOf, type Topic } from './topics.js';

/** How often it is proven that nothing was missed. */
const ROUND_MS = 200;
/** A connection that is silent while it owes an answer is given up, and another one made. */
const SILENT_MS = 2_000;

const QUICK: RedisOptions = { connectTimeout: SILENT_MS, socketTimeout: SILENT_MS };

type Listener = (tag: Tag) => void;

interface Link {
  readonly sender: ChangeSender;
  readonly receiver: ChangeReceiver;
}

/**
 * Tells all processes what has changed, so that what they remember of it is forgotten (docs/adr/0015). Messages may be lost: by a connection
 * that died, by a process that ended before it could tell. So it is proven five times a second that none was: every process shows that it has told
 * all, and then this one that it has heard all. `provenSince` says as of when that is so; whoever remembers something acts on it.
 */
export class Invalidations implements OnApplicationShutdown {
  readonly #log = new Logger('Changes');
  readonly #id = randomUUID();
  readonly #listeners: Listener[] = [];
  #link: Link | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #provenAt = 0;

  /** @param connect makes connections to the Redis that all processes share; without it nobody else is told or heard */
  constructor(private readonly connect?: RedisFactory) {}

  /** Makes the connections, so that this process hears and is waited for; `publish` does too. */
  open(): void {
    if (this.#link || this.#isClosed || !this.connect) return;
    const commands = this.connect('changes', QUICK);
    const channel = channelOf(commands);
    const listener = this.connect('changes-listener', { ...QUICK, autoResubscribe: false });
    const link = {
      sender: new ChangeSender(commands, { id: this.#id, channel, members: 'fairlead:changes:members' }),
      receiver: new ChangeReceiver(listener, channel, (text) => this.#hear(text)),
    };
    this.#link = link;
    void this.#rounds(link);
  }

  /** Says that something has changed, after the commit: here at once, everywhere else as soon as Redis has it. Never waits, never throws. */
  publish(topic: Topic, key: string | number): void {
    const tag = tagOf(topic, key);
    this.#tell(tag);
    this.open();
    this.#link?.sender.add(tag);
  }

  /** Calls the listener with all that changes, here or elsewhere, as soon as it is known here. */
  subscribe(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /**
   * As of when, in milliseconds of `performance.now()`, all changes were heard that what was read at `readAt` may have missed; 0 when that
   * is not known.
   */
  provenSince(readAt: number): number {
    return this.#link && readAt >= this.#link.receiver.since ? this.#provenAt : 0;
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#link?.sender.leave();
  }

  async #rounds(link: Link): Promise<void> {
    try {
      const toldAt = await link.sender.beat();
      if (toldAt !== undefined && (await link.receiver.hears())) this.#provenAt = Math.max(this.#provenAt, toldAt);
    } catch (error) {
      if (!this.#isClosed) this.#log.warn(`whether changes are heard is not known: ${messageOf(error)}`);
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#rounds(link), ROUND_MS).unref();
  }

  #hear(text: string): void {
    const message = readMessage(text);
    if (!message) {
      this.#log.warn('a message that cannot be read may be about anything: all that is remembered is forgotten');
      this.#tell(EVERYTHING);
    } else if (message.from !== this.#id) message.changed.forEach((tag) => this.#tell(tag));
  }

  #tell(tag: Tag): void {
    for (const listener of this.#listeners) listener(tag);
  }
}
