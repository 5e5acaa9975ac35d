import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { REDIS } from '#libs/cache';
import type { ExecutionKind } from '#libs/contracts';
import { type ConnectionRowId, type EnvironmentId, type ExecutionId, inTime } from '#libs/kernel';
import { JobStream, QUEUE_PREFIX } from '#libs/queues';
import { ADMISSION_LUA } from './admission.lua.js';
import type { ExecutionsOptions } from './executions.config.js';
import { keys, SETTLED_FOR_S } from './keys.js';

export const EXECUTIONS_OPTIONS = Symbol('executions-options');

/** A Redis that answers does so in milliseconds. */
const PATIENCE_MS = 1_000;
/** Longer than it takes to accept something. What is accepted later still has its place given to others meanwhile. */
const RESERVED_FOR_MS = 30_000;

/** Work that asks to run. */
export interface Offer {
  readonly id: ExecutionId;
  readonly environmentId: EnvironmentId;
  /** Whose executions are counted where connections have a limit. */
  readonly connectionRowId?: ConnectionRowId;
  /** Job data, of an execution that has no row. */
  readonly data?: string;
}

/** Work whose turn has come. Whoever is told puts its job into the queue. */
export type Admitted = Pick<Offer, 'id' | 'environmentId'>;

/** Work that holds a slot; its job data where it has no row. */
export type Holder = Admitted & { readonly data: string };

/** Limits of one environment, as the script reads them. */
export interface WrittenLimits {
  readonly environmentId: EnvironmentId;
  readonly text: string;
}

/** What the waiter of an action is told. */
export interface Reply {
  readonly channel: string;
  readonly message: string;
  /** Keeps the message for a moment, should nobody have heard it. */
  readonly keepFor?: { readonly key: string; readonly seconds: number };
}

type ScriptAnswer = [number, number, ...string[]];
type ScriptedRedis = Redis & {
  fairleadAdmission(base: string, stream: string, ...args: (string | number)[]): Promise<ScriptAnswer>;
};

/** Who runs next, decided in Redis by one script, so that any process may ask (design §2.5). */
@Injectable()
export class Admission {
  readonly #redis: ScriptedRedis;
  readonly #stream: string;

  constructor(
    @Inject(REDIS) redis: Redis,
    @Inject(QUEUE_PREFIX) prefix: string,
    @Inject(EXECUTIONS_OPTIONS) private readonly options: ExecutionsOptions,
  ) {
    redis.defineCommand('fairleadAdmission', { numberOfKeys: 2, lua: ADMISSION_LUA });
    this.#redis = redis as ScriptedRedis;
    this.#stream = JobStream.keyOf(prefix, 'action');
  }

  /** Idempotent by id. @param most that may wait in an environment without a limit of its own; 0 refuses nobody */
  async offer(kind: ExecutionKind, offers: readonly Offer[], most: number): Promise<{ refused: number; admitted: Admitted[] }> {
    const flat = offers.flatMap(({ id, environmentId, connectionRowId = '', data = '' }) => [
      id,
      environmentId,
      connectionRowId,
      data,
    ]);
    const [refused, , ...admitted] = await this.#call(kind, 'offer', most, ...flat);
    return { refused, admitted: unflatten(admitted) };
  }

  /** Marks an execution as ended, gives its slot to the next and tells its waiter. Only the first time counts. */
  async settle(kind: ExecutionKind, id: string, reply?: Reply): Promise<{ first: boolean; heard: number; admitted: Admitted[] }> {
    const { channel = '', message = '', keepFor } = reply ?? {};
    const more = [channel, message, keepFor?.key ?? '', keepFor?.seconds ?? 0];
    const [first, heard, ...admitted] = await this.#call(kind, 'settle', id, keys.settled(id), SETTLED_FOR_S, ...more);
    return { first: first === 1, heard, admitted: unflatten(admitted) };
  }

  /** Forgets an execution without a word: its slot goes to the next. */
  async release(kind: ExecutionKind, id: string): Promise<Admitted[]> {
    const [, , ...admitted] = await this.#call(kind, 'release', id);
    return unflatten(admitted);
  }

  /** Counts executions that run without Redis knowing them. */
  async adopt(kind: ExecutionKind, running: readonly Offer[]): Promise<Admitted[]> {
    const flat = running.flatMap(({ id, environmentId, connectionRowId = '' }) => [id, environmentId, connectionRowId]);
    const [, , ...admitted] = await this.#call(kind, 'adopt', ...flat);
    return unflatten(admitted);
  }

  /** Admits whatever there is room for; every other operation does so too. */
  async pump(kind: ExecutionKind): Promise<Admitted[]> {
    const [, , ...admitted] = await this.#call(kind, 'pump');
    return unflatten(admitted);
  }

  /** Those that neither wait nor run as far as Redis knows. */
  async unknown<Known extends { readonly id: string }>(kind: ExecutionKind, executions: readonly Known[]): Promise<Known[]> {
    if (executions.length === 0) return [];
    const found = await this.#redis.hmget(`${keys.admission(kind)}:env`, ...executions.map(({ id }) => id));
    return executions.filter((_, index) => found[index] === null);
  }

  /** Executions that hold a slot for at least so long, by the clock of Redis, which also noted since when. */
  async runningSince(kind: ExecutionKind, forMs: number): Promise<Holder[]> {
    const base = keys.admission(kind);
    const [seconds, micros] = await this.#redis.time();
    const nowMs = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
    const ids = await this.#redis.zrangebyscore(`${base}:running`, '-inf', nowMs - forMs);
    if (ids.length === 0) return [];
    const [environments, data] = await Promise.all([
      this.#redis.hmget(`${base}:env`, ...ids),
      this.#redis.hmget(`${base}:data`, ...ids),
    ]);
    // One that ended meanwhile holds no slot any more.
    return ids.flatMap((id, index) => {
      const mark = environments[index];
      return mark ? [{ id, environmentId: environmentOf(mark), data: data[index] ?? '' }] : [];
    });
  }

  /**
   * Keeps places in line for what is being accepted, until it is offered, given up, or forgotten: for so many of the ids, the first of them,
   * as there is room for. Undefined while Redis is away: then nobody is refused.
   */
  async reserveIfKnown(
    kind: ExecutionKind,
    environmentId: EnvironmentId,
    ids: readonly ExecutionId[],
  ): Promise<{ readonly reserved: number; readonly waiting: number } | undefined> {
    if (this.#redis.status !== 'ready') return undefined;
    const places = this.#call(kind, 'reserve', environmentId, this.options.maxQueued, RESERVED_FOR_MS, ...ids);
    return inTime(
      places.then(([reserved, waiting]) => ({ reserved, waiting })),
      PATIENCE_MS,
      () => undefined,
    );
  }

  /** What was being accepted was not. */
  async giveUp(kind: ExecutionKind, environmentId: EnvironmentId, ids: readonly ExecutionId[]): Promise<void> {
    await this.#call(kind, 'giveup', environmentId, ...ids);
  }

  /** How many of an environment wait and run, as far as Redis knows. */
  async load(kind: ExecutionKind, environmentId: EnvironmentId): Promise<{ waiting: number; running: number }> {
    const [[waiting], running] = await Promise.all([
      this.#call(kind, 'room', environmentId, this.options.maxQueued),
      this.#redis.hget(`${keys.admission(kind)}:busy`, String(environmentId)),
    ]);
    return { waiting, running: Number(running ?? 0) };
  }

  /** Which limits are in force, by kind; null where none were ever set, or Redis has lost them. */
  limitVersions(kinds: readonly ExecutionKind[]): Promise<(string | null)[]> {
    return this.#redis.mget(kinds.map(keys.limitsVersion));
  }

  /** Replaces the limits of all environments that have some of their own. */
  async limit(kind: ExecutionKind, version: string, limits: readonly WrittenLimits[]): Promise<Admitted[]> {
    const flat = limits.flatMap(({ environmentId, text }) => [environmentId, text]);
    const [, , ...admitted] = await this.#call(kind, 'limit', keys.limitsVersion(kind), version, ...flat);
    return unflatten(admitted);
  }

  #call(kind: ExecutionKind, operation: string, ...args: (string | number)[]): Promise<ScriptAnswer> {
    const { slots, headroom, environmentCaps, connectionCap = 0 } = this.options;
    return this.#redis.fairleadAdmission(
      keys.admission(kind),
      this.#stream,
      operation,
      slots[kind],
      headroom?.[kind] ?? 0,
      environmentCaps[kind],
      connectionCap,
      ...args,
    );
  }
}

/** Of a mark, which begins with it (`ADMISSION_LUA`). */
const environmentOf = (mark: string): EnvironmentId => Number(mark.split('/', 1)[0]);

function unflatten(flat: readonly string[]): Admitted[] {
  const admitted: Admitted[] = [];
  for (let at = 0; at < flat.length; at += 2) admitted.push({ id: flat[at] as string, environmentId: Number(flat[at + 1]) });
  return admitted;
}
