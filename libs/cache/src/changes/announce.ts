import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { inTime, messageOf } from '#libs/kernel';
import { writeMessage } from '../domain/change-message.js';
import type { Tag } from './topics.js';

/** Who has changed something does not wait longer for a Redis that is away. */
const ANSWER_MS = 2_000;
const log = new Logger('Changes');

/** Where changes are told. Channels are of the whole Redis, databases are not. */
export const channelOf = (redis: Redis): string => `fairlead:changes:${redis.options.db ?? 0}`;

/**
 * Says that something has changed, for processes that remember nothing themselves and come and go: nobody waits for them when they
 * fall silent. Resolves when Redis has it, or has not taken it in time: then services, which miss that Redis too, ask the database each second.
 */
export async function announce(redis: Redis, changed: readonly Tag[]): Promise<void> {
  const said = redis.publish(channelOf(redis), writeMessage({ from: 'a passer-by', changed }));
  await inTime(said.catch(untold), ANSWER_MS, () => untold('Redis does not answer'));
}

const untold = (why: unknown): void => log.warn(`a change was not told to other processes: ${messageOf(why)}`);
