import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { inTime, messageOf } from '#libs/kernel';
import { writeMessage } from '../domain/change-message.js';
import { EVERYTHING, type Tag } from './topics.js';

/**
 * KEYS members · ARGV this member, how long a silent one counts in ms, channel, message or nothing, how long all are waited for after the
 * list was lost in ms → for how many milliseconds the most silent member has not been heard. Says the message and shows that this member
 * lives, in one step: a member that was heard has said all it had to say.
 */
const BEAT = `
if ARGV[4] ~= '' then redis.call('PUBLISH', ARGV[3], ARGV[4]) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('ZADD', KEYS[1], now - ARGV[2] + ARGV[5], 'those to come') end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
return math.max(0, now - redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2])`;

/** A Redis that was lost comes back empty: by then all that live have come back to it. */
const COME_BACK_MS = 3_000;
/** A process that ended without a word is waited for so long: meanwhile all others trust what they remember for a second only. */
const SILENT_COUNTS_MS = 30_000;
/** More of them than this are told as "everything". */
const MOST_WAITING = 10_000;
const MOST_PER_MESSAGE = 500;
const LEAVE_MS = 1_000;

export interface SenderNames {
  readonly id: string;
  readonly channel: string;
  readonly members: string;
}

/** Tells all processes what this one has changed, and that it has nothing more to tell. */
export class ChangeSender {
  readonly #log = new Logger('Changes');
  readonly #waiting = new Set<Tag>();
  #beat: Promise<number | undefined> | undefined;
  #isSoon = false;
  #isRefused = false;
  #hasLeft = false;

  constructor(
    private readonly redis: Redis,
    private readonly names: SenderNames,
  ) {}

  /** Sent with all else of this moment in one message, again and again until Redis has it. */
  add(tag: Tag): void {
    if (this.#waiting.size >= MOST_WAITING) this.#tellOnly(EVERYTHING);
    else this.#waiting.add(tag);
    if (this.#isSoon) return;
    this.#isSoon = true;
    setImmediate(() => {
      this.#isSoon = false;
      void this.beat();
    });
  }

  /**
   * Sends what waits, and shows that this process lives. Those who ask meanwhile share the answer; what comes meanwhile goes with the next.
   * @returns as of when, in milliseconds of `performance.now()`, every process has told its changes; undefined when Redis refused
   */
  beat(): Promise<number | undefined> {
    this.#beat ??= this.#send().finally(() => {
      this.#beat = undefined;
    });
    return this.#beat;
  }

  async #send(): Promise<number | undefined> {
    const { id, channel, members } = this.names;
    for (;;) {
      const sentAt = performance.now();
      const changed = [...this.#waiting].slice(0, MOST_PER_MESSAGE);
      for (const tag of changed) this.#waiting.delete(tag);
      try {
        const message = changed.length > 0 ? writeMessage({ from: id, changed }) : '';
        const silentMs = await this.redis.eval(BEAT, 1, members, id, SILENT_COUNTS_MS, channel, message, COME_BACK_MS);
        this.#isRefused = false;
        if (this.#waiting.size === 0) return sentAt - Number(silentMs);
      } catch (error) {
        for (const tag of changed) this.#waiting.add(tag);
        if (!this.#isRefused && !this.#hasLeft) this.#log.warn(`changes cannot be told to other processes: ${messageOf(error)}`);
        this.#isRefused = true;
        return undefined;
      }
    }
  }

  #tellOnly(tag: Tag): void {
    this.#waiting.clear();
    this.#waiting.add(tag);
  }

  /** A process that says that it ends is not waited for. */
  async leave(): Promise<void> {
    const said = async () => {
      if ((await this.beat()) !== undefined) await this.redis.zrem(this.names.members, this.names.id);
    };
    await inTime(
      said().catch(() => undefined),
      LEAVE_MS,
      () => undefined,
    ); // it is found out by its silence
  }
}
