import type { Redis } from 'ioredis';
import { writeMessage } from '../domain/change-message.js';
import type { Tag } from './topics.js';

/** Where changes are told. Channels are of the whole Redis, databases are not. */
export const channelOf = (redis: Redis): string => `fairlead:changes:${redis.options.db ?? 0}`;

/**
 * Says that something has changed, for processes that remember nothing themselves and come and go: nobody waits for them when they
 * fall silent. Resolves when Redis has it.
 */
export async function announce(redis: Redis, changed: readonly Tag[]): Promise<void> {
  await redis.publish(channelOf(redis), writeMessage({ from: 'a passer-by', changed }));
}
