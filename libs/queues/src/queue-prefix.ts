/** Injection token of what every key of the queues in Redis begins with. */
export const QUEUE_PREFIX = Symbol('queue-prefix');
