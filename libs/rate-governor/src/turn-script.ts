import type { Redis } from 'ioredis';
import { inTime } from '#libs/kernel';
import type { Observation } from '#libs/rate-limits';
import { TURN_LUA } from './lua/turn.lua.js';

/** What a replica tells of a bucket. */
export interface News {
  readonly seen: Observation | undefined;
  /** Tickets of calls that have ended. */
  readonly answered: readonly string[];
  /** Tickets admitted with nobody waiting any more. */
  readonly spare: readonly string[];
  /** Ticket and caller of those that begin and those that cease to wait. */
  readonly arrivals: readonly (readonly [string, string])[];
  readonly departures: readonly (readonly [string, string])[];
  /** Tickets of those that want a yes or no. */
  readonly tries: readonly string[];
  /** How many should be waiting for this replica, besides the arrivals. */
  readonly queued: number;
}

/** What it is told. */
export interface Turn {
  /** Redis has forgotten who waits here. */
  readonly isLost: boolean;
  /** When to ask again at the latest. */
  readonly sleepMs: number;
  /** Until there may be room. */
  readonly openingMs: number;
  /** Whether the provider said so. */
  readonly isOpeningKnown: boolean;
  readonly engagedForMs: number;
  readonly blockedForMs: number;
  readonly admitted: readonly string[];
  readonly refused: readonly string[];
}

export interface TurnOptions {
  /** Begins every key and names the channel; the same for all replicas. */
  readonly prefix: string;
  /** This replica; no two share it. */
  readonly replica: string;
  /** What waits here is forgotten when this replica was not heard of for so long. */
  readonly leaseMs: number;
  readonly quietMs: number;
  /** An answer that takes longer is not waited for. */
  readonly answerMs: number;
}

type ScriptedRedis = Redis & { fairleadGovernorTurn(base: string, ...args: (string | number)[]): Promise<string[]> };

const UNANSWERED = Symbol('unanswered');

/** The script that decides, in Redis, who may go. */
export class TurnScript {
  readonly #redis: ScriptedRedis;

  /** @param redis fails commands while it is not connected, rather than keep them */
  constructor(
    redis: Redis,
    readonly options: TurnOptions,
  ) {
    redis.defineCommand('fairleadGovernorTurn', { numberOfKeys: 1, lua: TURN_LUA });
    this.#redis = redis as ScriptedRedis;
  }

  get isReachable(): boolean {
    return this.#redis.status === 'ready';
  }

  /** Undefined for a bucket nobody watches, `unanswered` where Redis did not answer in time. */
  async turn(bucket: string, { seen, ...news }: News): Promise<Turn | undefined | 'unanswered'> {
    const { replica, prefix, leaseMs, quietMs, answerMs } = this.options;
    const told = JSON.stringify({ ...news, seen: seen && { ...seen.learnt, ageMs: seen.ageMs } });
    const asked = this.#redis
      .fairleadGovernorTurn(baseOf(prefix, bucket), replica, prefix, leaseMs, quietMs, told)
      .catch(() => UNANSWERED); // away or broken: either way the call must not wait for it
    const answer = await inTime(asked, answerMs, () => lastChance(asked));
    return typeof answer === 'symbol' ? 'unanswered' : read(answer);
  }
}

/** A process that was busy finds its timer due and the answer unread: what has come is read first. */
const lastChance = <Value>(asked: Promise<Value>): Promise<Value | symbol> =>
  Promise.race([asked, new Promise<symbol>((resolve) => void setImmediate(() => setImmediate(resolve, UNANSWERED)))]);

/** The braces keep all keys of a bucket on one node of a cluster. */
const baseOf = (prefix: string, bucket: string): string => `${prefix}:{${bucket}}`;

/** The bucket of a key's base. */
export const bucketOf = (base: string): string => base.slice(base.indexOf('{') + 1, base.indexOf('}'));

function read(answer: readonly string[]): Turn | undefined {
  const [watched, lost, sleepMs, openingMs, known, endsInMs, blockedForMs, count] = answer;
  if (watched === '0') return undefined;
  const from = 8;
  const until = from + Number(count);
  return {
    isLost: lost === '1',
    sleepMs: Number(sleepMs),
    openingMs: Number(openingMs),
    isOpeningKnown: known === '1',
    engagedForMs: Number(endsInMs),
    blockedForMs: Number(blockedForMs),
    admitted: answer.slice(from, until),
    refused: answer.slice(until),
  };
}
