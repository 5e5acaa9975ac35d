import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { messageOf } from '#libs/kernel';
import { CheckThread } from './check-thread.js';
import type { CheckAnswer, SchemaIssue } from './schema-check.types.js';

/** What is checked, and against what. */
export interface Check {
  /** Names the schema: the same key is the same schema. */
  readonly key: string;
  readonly schema: object;
  /** JSON values; one that fits is enough. */
  readonly values: readonly unknown[];
}

const THREADS = 2;
const WITHIN_MS = 1_000;
/** A schema that took too long is not tried again for a while: its tenant does not keep the others' checks waiting. */
const RESTS_MS = 60_000;
const RESTING_KEPT = 10_000;

/**
 * Checks values against schemas that tenants wrote. Compiling one, or matching one of its patterns, may take for ever: that happens on
 * threads which are ended when it does, and never on the event loop.
 */
@Injectable()
export class SchemaChecks implements OnApplicationShutdown {
  readonly #log = new Logger(SchemaChecks.name);
  readonly #resting = new LRUCache<string, string>({ max: RESTING_KEPT, ttl: RESTS_MS });
  readonly #idle: CheckThread[] = [];
  readonly #waiting: ((thread: CheckThread) => void)[] = [];
  #threads = 0;
  #nextId = 1;

  /** Answers what does not fit; nothing where all does. Never throws: a schema that cannot be used is an issue too. */
  async check({ key, schema, values }: Check): Promise<readonly SchemaIssue[]> {
    const resting = this.#resting.get(key);
    if (resting !== undefined) return unusable(resting);
    const thread = await this.#take();
    try {
      const order = { id: this.#nextId++, key, schema, values: values.map((value) => JSON.stringify(value ?? null)) };
      const answer = await thread.check(order, WITHIN_MS);
      this.#giveBack(thread);
      return issuesOf(answer);
    } catch (error) {
      this.#log.warn(`the schema ${key} rests: ${messageOf(error)}`);
      this.#resting.set(key, `could not be checked within ${WITHIN_MS} ms: simplify the schema, above all its patterns`);
      this.#replace();
      return unusable(this.#resting.get(key) ?? '');
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((thread) => thread.end()));
  }

  #take(): Promise<CheckThread> {
    const idle = this.#idle.pop();
    if (idle) return Promise.resolve(idle);
    if (this.#threads < THREADS) {
      this.#threads += 1;
      return Promise.resolve(new CheckThread());
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #giveBack(thread: CheckThread): void {
    const next = this.#waiting.shift();
    if (next) next(thread);
    else this.#idle.push(thread);
  }

  /** Of a thread that was ended. */
  #replace(): void {
    const next = this.#waiting.shift();
    if (next) next(new CheckThread());
    else this.#threads -= 1;
  }
}

const unusable = (message: string): readonly SchemaIssue[] => [{ path: '', message, keyword: 'schema' }];

const issuesOf = (answer: CheckAnswer): readonly SchemaIssue[] =>
  'issues' in answer ? answer.issues : unusable(`the deployed schema cannot be used: ${answer.unusable}`);
