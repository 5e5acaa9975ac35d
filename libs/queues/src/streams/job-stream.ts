import type { Redis } from 'ioredis';
import type { StreamName } from '#libs/contracts';

/** A job as a worker is given it. */
export interface StreamEntry {
  readonly entryId: string;
  readonly data: string;
}

const GROUP = 'workers';
const AT_ONCE = 100;
/** More entries than are ever with workers at a time. */
const MOST_ENTRIES = 20_000;

/** A worker that left entries behind stays known until they are taken over. */
const FORGET_LUA = `
local left = redis.pcall('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if left.err or #left > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return redis.call('HDEL', KEYS[2], ARGV[2])`;

type RawEntry = [entryId: string, fields: string[] | null];
type Summary = [count: number, first?: string, last?: string, workers?: [worker: string, count: string][] | null];
type Pending = [entryId: string, consumer: string, idleMs: number, deliveries: number];

/**
 * Jobs that somebody waits for (ADR 20): a Redis stream with one consumer group. An entry is with one worker at a time from the moment
 * it is delivered, and goes when its job has ended.
 */
export class JobStream {
  readonly #beats: string;

  constructor(
    private readonly redis: Redis,
    private readonly key: string,
  ) {
    this.#beats = `${key}:beats`;
  }

  /** Where the entries of a stream are added. */
  static keyOf = (prefix: string, name: StreamName): string => `${prefix}:stream:${name}`;

  /** Waits for entries nobody has been given. @param reader a connection that nothing else is sent on */
  async take(reader: Redis, worker: string, most: number, blockMs: number): Promise<StreamEntry[]> {
    const read = await unlessGone(
      reader.xreadgroup('GROUP', GROUP, worker, 'COUNT', most, 'BLOCK', blockMs, 'STREAMS', this.key, '>'),
    );
    if (read === undefined) await this.#create();
    return ((read ?? []) as [string, RawEntry[]][]).flatMap(([, entries]) => entriesOf(entries));
  }

  /** These jobs have ended. Whoever takes one over in between finds it deleted. */
  async done(entryIds: readonly string[]): Promise<void> {
    if (entryIds.length === 0) return;
    await Promise.all([this.redis.xdel(this.key, ...entryIds), this.redis.xack(this.key, GROUP, ...entryIds)]);
  }

  /** Every job that waits or runs. */
  async all(): Promise<string[]> {
    return entriesOf(await this.redis.xrange(this.key, '-', '+', 'COUNT', MOST_ENTRIES)).map(({ data }) => data);
  }

  async counts(): Promise<{ waiting: number; active: number }> {
    const [length, active] = await Promise.all([this.redis.xlen(this.key), this.#pending().then(({ count }) => count)]);
    return { waiting: Math.max(0, length - active), active };
  }

  /** Says that a worker is alive. */
  async beat(worker: string): Promise<void> {
    await this.redis.hincrby(this.#beats, worker, 1);
  }

  /** The numbers of all workers that have entries: those that are alive change theirs. */
  async beats(): Promise<Map<string, string | null>> {
    const { workers } = await this.#pending();
    if (workers.length === 0) return new Map();
    const beats = await this.redis.hmget(this.#beats, ...workers);
    return new Map(workers.map((worker, at) => [worker, beats[at] ?? null]));
  }

  /** Which entries a worker has had for so long, by the clock of Redis; a hundred at a time. */
  async heldBy(worker: string, forMs: number): Promise<string[]> {
    const pending = await unlessGone(this.redis.xpending(this.key, GROUP, 'IDLE', forMs, '-', '+', AT_ONCE, worker));
    return ((pending ?? []) as Pending[]).map(([entryId]) => entryId);
  }

  /** Takes entries over, unless another worker has just done so. */
  async claim(worker: string, entryIds: readonly string[], idleMs: number): Promise<StreamEntry[]> {
    if (entryIds.length === 0) return [];
    const claimed = await unlessGone(this.redis.xclaim(this.key, GROUP, worker, idleMs, ...entryIds));
    return entriesOf((claimed ?? []) as RawEntry[]);
  }

  /** Signs a worker off that has no entries. */
  async forget(worker: string): Promise<void> {
    await this.redis.eval(FORGET_LUA, 2, this.key, this.#beats, GROUP, worker);
  }

  /** Entries that were added before are delivered too. */
  async #create(): Promise<void> {
    try {
      await this.redis.xgroup('CREATE', this.key, GROUP, '0', 'MKSTREAM');
    } catch (error) {
      // Another worker was faster.
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
    }
  }

  async #pending(): Promise<{ count: number; workers: string[] }> {
    const [count, , , workers] = ((await unlessGone(this.redis.xpending(this.key, GROUP))) ?? [0]) as Summary;
    return { count, workers: (workers ?? []).map(([worker]) => worker) };
  }
}

/** Nothing was ever added, or Redis was emptied: also while a worker waited. */
async function unlessGone<Result>(reply: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof Error && /^(NOGROUP|UNBLOCKED)/.test(error.message)) return undefined;
    throw error;
  }
}

/** An entry that was deleted has no fields. */
const entriesOf = (raw: readonly (RawEntry | null)[]): StreamEntry[] =>
  raw.flatMap((entry) => {
    const data = entry?.[1]?.[1];
    return entry && data !== undefined ? [{ entryId: entry[0], data }] : [];
  });
