import { setTimeout as delay } from 'node:timers/promises';
import { type ExecuteRequest, type Outcome, RUNNER_LOST_AFTER_MS } from '#libs/contracts';
import type { CallerTokens } from '#libs/execution-token';
import { backoffMs, messageOf } from '#libs/kernel';
import { calling } from '#libs/observability';
import { NotAccepted } from './not-accepted.js';
import { RunnerConnections } from './runner-connections.js';

/** A runner that restarts is back within this time. */
const ABSENT_FOR_MS = 15_000;
const BACKOFF = { baseMs: 50, factor: 2, maxMs: 1_000 };

export interface ExecuteOptions {
  /** Ends the execution: the runner disposes of it when the connection closes. */
  readonly signal: AbortSignal;
}

/** Executes functions on a runner, or on any of several behind one address. */
export class RunnerClient {
  readonly #connections: RunnerConnections;

  /**
   * @param url base address, without a trailing slash
   * @param callers says who asks
   * @param lostAfterMs silence after which a runner counts as lost
   */
  constructor(url: string, callers: CallerTokens, lostAfterMs = RUNNER_LOST_AFTER_MS) {
    this.#connections = new RunnerConnections({ url, callers, lostAfterMs });
  }

  /**
   * Runs a function and answers how it ended; never rejects. A runner that is not there yet is waited for; one that is lost while it runs,
   * told by silence or a broken connection, is a failure `function_runtime_other`: the function may have done its work or half of it.
   */
  async execute(run: ExecuteRequest, { signal }: ExecuteOptions): Promise<Outcome> {
    const body = JSON.stringify(run);
    const giveUpAt = Date.now() + ABSENT_FOR_MS;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await calling('execute', (trace) => this.#attempt(orderOf(body, trace), signal));
      } catch (error) {
        if (signal.aborted) return failure('script_aborted', 410, messageOf(signal.reason));
        if (!(error instanceof NotAccepted) || Date.now() >= giveUpAt)
          return failure('function_runtime_other', 500, describe(error));
        await delay(backoffMs(attempt, BACKOFF), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Connections whose runs go on are closed after them. */
  close(): void {
    this.#connections.close();
  }

  async #attempt(order: string, signal: AbortSignal): Promise<Outcome> {
    const connection = await this.#connections.take();
    try {
      return await connection.run(order, signal);
    } finally {
      this.#connections.give(connection);
    }
  }
}

/** A `runOrder`; the run, which may be long, is made into text once for all attempts. */
const orderOf = (run: string, trace: Readonly<Record<string, string>>): string =>
  Object.keys(trace).length === 0 ? `{"run":${run}}` : `{"trace":${JSON.stringify(trace)},"run":${run}}`;

const describe = (error: unknown): string => `the runner was lost: ${messageOf(error)}`;

const failure = (code: string, status: number, message: string): Outcome => ({
  status: 'failed',
  error: { code, status, message, payload: {} },
  durationMs: 0,
  proxyCalls: 0,
});
