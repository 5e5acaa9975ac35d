import type { Redis } from 'ioredis';

/** Has the commands of one turn of the event loop leave together: a write costs more than most of what it carries, and wakes Redis. */
export function writeOnceATurn(redis: Redis): Redis {
  const send = redis.sendCommand.bind(redis);
  let isHeld = false;
  redis.sendCommand = (command, stream) => {
    const socket = redis.stream;
    if (!isHeld && socket?.writable) {
      isHeld = true;
      socket.cork();
      setImmediate(() => {
        isHeld = false;
        socket.uncork();
      });
    }
    return send(command, stream);
  };
  return redis;
}
