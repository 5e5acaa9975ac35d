import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { LRUCache } from 'lru-cache';

/** All addresses of a name, as `dns.lookup` tells them. */
export type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/** Answers are kept this long (spec/auth.md §6.8). */
const KEPT_MS = 30_000;
const HOSTS_KEPT = 1_000;

type Done = Parameters<Resolve>[2];

/**
 * A resolver that remembers answers for a moment; those who ask at the same time share one question. What is remembered is the answer,
 * never a verdict: each policy judges it anew, and dials the very addresses it judged. Failures are not remembered.
 * @param resolve the system's, unless a test has its own
 */
export function rememberingResolver(resolve: Resolve = lookup): Resolve {
  const known = new LRUCache<string, LookupAddress[]>({ max: HOSTS_KEPT, ttl: KEPT_MS });
  const asked = new Map<string, Done[]>();
  return (host, options, done) => {
    const key = `${host} ${options.family ?? 0} ${options.hints ?? 0}`;
    const answer = known.get(key);
    if (answer) return done(null, answer);
    const waiting = asked.get(key);
    if (waiting) return void waiting.push(done);
    const all = [done];
    asked.set(key, all);
    resolve(host, options, (error, addresses) => {
      asked.delete(key);
      if (!error && addresses.length > 0) known.set(key, addresses);
      for (const each of all) each(error, addresses);
    });
  };
}
