import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { executeLine, type ExecuteRequest, type Outcome, RUNNER_LOST_AFTER_MS } from '#libs/contracts';
import type { CallerTokens } from '#libs/execution-token';
import { abortWith, AppError, backoffMs, codeOf, messageOf } from '#libs/kernel';
import { linesOf } from './domain/lines.js';

/** A runner that restarts is back within this time. */
const ABSENT_FOR_MS = 15_000;
const BACKOFF = { baseMs: 50, factor: 2, maxMs: 1_000 };
const MAX_LINE_BYTES = 32 * 1024 * 1024;
/** Nothing has left for the runner when these come. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

export interface ExecuteOptions {
  /** Ends the execution: the runner disposes of it when the connection closes. */
  readonly signal: AbortSignal;
}

/** The runner did not take the request: it may be sent again. */
class NotAccepted extends Error {}

/** Executes functions on a runner, or on any of several behind one address. */
export class RunnerClient {
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 5_000 }, pipelining: 1 });

  /**
   * @param url base address, without a trailing slash
   * @param callers says who asks
   */
  constructor(
    private readonly url: string,
    private readonly callers: CallerTokens,
  ) {}

  /**
   * Runs a function and answers how it ended; never rejects. A runner that is not there yet is waited for; one that is lost while it runs,
   * told by silence or a broken connection, is a failure `function_runtime_other`: the function may have done its work or half of it.
   */
  async execute(run: ExecuteRequest, { signal }: ExecuteOptions): Promise<Outcome> {
    const body = JSON.stringify(run);
    const giveUpAt = Date.now() + ABSENT_FOR_MS;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#attempt(body, signal);
      } catch (error) {
        if (signal.aborted) return failure('script_aborted', 410, messageOf(signal.reason));
        if (!(error instanceof NotAccepted) || Date.now() >= giveUpAt)
          return failure('function_runtime_other', 500, describe(error));
        await delay(backoffMs(attempt, BACKOFF), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #attempt(body: string, signal: AbortSignal): Promise<Outcome> {
    const stop = new AbortController();
    const leave = abortWith(stop, signal);
    const timer = setTimeout(() => stop.abort(new Error('it fell silent')), RUNNER_LOST_AFTER_MS);
    try {
      const answer = await this.#send(body, stop.signal);
      let outcome: Outcome | undefined;
      // To its end: a connection whose answer was not read to the end cannot carry the next run.
      for await (const text of linesOf(answer, MAX_LINE_BYTES)) {
        timer.refresh();
        const line = executeLine.parse(JSON.parse(text));
        if (line.type === 'outcome') outcome = line.outcome;
      }
      if (!outcome) throw new AppError('function_runtime_other', 'it closed the connection');
      return outcome;
    } finally {
      leave();
      clearTimeout(timer);
    }
  }

  async #send(body: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await this.callers.get()}` };
    try {
      const answer = await request(`${this.url}/executions`, { method: 'POST', headers, body, signal, dispatcher: this.#agent });
      if (answer.statusCode === 200) return answer.body;
      const text = (await answer.body.text()).slice(0, 1_000);
      if (answer.statusCode === 503) throw new NotAccepted(`it is not ready: ${text}`);
      throw new AppError('function_runtime_other', `it refused the execution with ${answer.statusCode}: ${text}`);
    } catch (error) {
      if (NOT_SENT.has(codeOf(error) ?? '')) throw new NotAccepted(messageOf(error), { cause: error });
      throw error;
    }
  }
}

const describe = (error: unknown): string => `the runner was lost: ${messageOf(error)}`;

const failure = (code: string, status: number, message: string): Outcome => ({
  status: 'failed',
  error: { code, status, message, payload: {} },
  durationMs: 0,
  proxyCalls: 0,
});
