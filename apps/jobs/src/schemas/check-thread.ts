import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { messageOf } from '#libs/kernel';
import type { CheckAnswer, CheckOrder } from './schema-check.types.js';

/** Beside this file, in the form this file has: compiled, or as tests read it. */
const PROGRAM = fileURLToPath(new URL(`schema-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
const START_MS = 15_000;
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

/** The check took too long, or the thread died of it. */
export class CheckGivenUp extends Error {}

/** A thread that makes one check at a time, and is ended when one takes too long. */
export class CheckThread {
  readonly #worker = new Worker(PROGRAM, { env: {}, execArgv: [], resourceLimits: LIMITS, stdin: false });
  readonly #ready: Promise<unknown>;

  constructor() {
    this.#worker.unref();
    // Whoever waits for an answer hears of an error too; between two checks nobody needs to.
    this.#worker.on('error', () => undefined);
    this.#ready = once(this.#worker, 'message', { signal: AbortSignal.timeout(START_MS) });
    this.#ready.catch(() => undefined);
  }

  /** @throws CheckGivenUp; the thread is of no more use then */
  async check(order: CheckOrder, withinMs: number): Promise<CheckAnswer> {
    try {
      await this.#ready;
      this.#worker.postMessage(order, []);
      const [answer] = (await once(this.#worker, 'message', { signal: AbortSignal.timeout(withinMs) })) as [CheckAnswer];
      return answer;
    } catch (error) {
      await this.end();
      throw new CheckGivenUp(`its check was given up: ${messageOf(error)}`, { cause: error });
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
