import type { Redis } from 'ioredis';
import { writeTogether } from '#libs/kernel';

/** Has the commands of one turn of the event loop leave together. */
export function writeOnceATurn(redis: Redis): Redis {
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    if (redis.stream?.writable) writeTogether(redis.stream);
    return send(command, stream);
  };
  return redis;
}
