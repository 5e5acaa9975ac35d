/** What processes tell each other about when it changes. */
export type Topic = 'api_key' | 'environment' | 'integration' | 'connection' | 'function';

/** Names one thing of a topic: what a message carries, and what remembered rows depend on. */
export type Tag = `${Topic}:${string}` | typeof EVERYTHING;

/** Stands for all there is: whoever hears it remembers nothing any more. */
export const EVERYTHING = '*';

/** @param key an opaque id or hash; never a secret, since it is seen by all who reach the Redis */
export const tagOf = (topic: Topic, key: string | number): Tag => `${topic}:${key}`;
