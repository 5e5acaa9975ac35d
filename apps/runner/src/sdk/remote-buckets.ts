import type { AdmissionAnswer, GovernorAnswer } from '#libs/contracts';
import { messageOf } from '#libs/kernel';
import {
  type Ask,
  type Buckets,
  type GovernorMetrics,
  type GovernorOptions,
  rateLimited,
  type Report,
  type Watch,
} from '#libs/rate-limits';
import type { Asker } from './asker.js';
import { HostError } from './host-error.js';
import { LimitReports } from './limit-reports.js';
import type { ServiceClient } from './service-client.js';

/** How long a refused wait is believed to last, where the server does not say. */
const UNKNOWN_WAIT_MS = 1_000;
/** What the server is given beyond the wait it was asked for. */
const ANSWER_MS = 5_000;
/** A server that was started anew may have another mode. */
const OFF_FOR_MS = 60_000;
const MAX_BLOCK_MS = 3_600_000;

/** Buckets as the server keeps them, asked over its internal API. A server that cannot be reached lets calls through. */
export class RemoteBuckets implements Buckets<Asker> {
  readonly #reports: LimitReports;
  #mode: GovernorAnswer['mode'] = 'pass';
  #maxWaitMs = 0;
  #heardAt = 0;

  constructor(
    private readonly server: ServiceClient,
    private readonly watch: Watch,
    private readonly metrics: GovernorMetrics,
  ) {
    this.#reports = new LimitReports(server, (bucket, answer) => this.#heed(bucket, answer));
  }

  /** The server's own settings, as its last answer told them; until then limits are learnt. */
  options(): GovernorOptions {
    const isStale = this.#mode === 'off' && performance.now() - this.#heardAt > OFF_FOR_MS;
    return { mode: isStale ? 'pass' : this.#mode, maxWaitMs: this.#maxWaitMs, maxBlockMs: MAX_BLOCK_MS };
  }

  async admit(bucket: string, ask: Ask<Asker>): Promise<string | undefined> {
    try {
      const answer = await this.#ask(bucket, ask);
      this.#heed(bucket, answer);
      return answer.ticket;
    } catch (error) {
      ask.via.signal.throwIfAborted();
      if (isRefusal(error)) throw rateLimited(ask.connection, waitOf(error));
      this.metrics.degraded(1);
      ask.via.warn(`the call did not wait for the provider’s rate limit: ${messageOf(error)}`);
      return undefined;
    }
  }

  report(bucket: string, report: Report<Asker>): void {
    this.#reports.add(bucket, report);
  }

  #ask(bucket: string, { connection, maxWaitMs, via }: Ask<Asker>): Promise<AdmissionAnswer> {
    const late = AbortSignal.timeout(maxWaitMs + ANSWER_MS);
    return this.server.call<AdmissionAnswer>({
      method: 'POST',
      path: '/internal/rate-limits/admit',
      token: via.token,
      body: JSON.stringify({ bucket, connection, maxWaitMs: Math.floor(maxWaitMs) }),
      signal: AbortSignal.any([via.signal, late]),
    });
  }

  #heed(bucket: string, answer: GovernorAnswer): void {
    this.#mode = answer.mode;
    this.#maxWaitMs = answer.maxWaitMs;
    this.#heardAt = performance.now();
    this.watch.engage(bucket, answer);
  }
}

const isRefusal = (error: unknown): error is HostError => error instanceof HostError && error.facts.code === 'rate_limited';

function waitOf({ facts }: HostError): number {
  const seconds = (facts.payload as { retry_after?: unknown } | undefined)?.retry_after;
  return typeof seconds === 'number' ? seconds * 1000 : UNKNOWN_WAIT_MS;
}
