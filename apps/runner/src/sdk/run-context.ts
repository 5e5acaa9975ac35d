import { randomUUID } from 'node:crypto';
import type { BatchResult, Checkpoint, ConnectionLease, ExecuteRequest, ModelCounts } from '#libs/contracts';
import { messageOf } from '#libs/kernel';
import type { SourcePositions } from '../executions/domain/source-positions.js';
import { LogSample } from './domain/log-sample.js';
import { type HostError, sdkError } from './host-error.js';
import { Leases } from './leases.js';
import type { ProviderHttp } from './provider-http.js';
import type { RateLimits } from './rate-limits.js';
import { RunLog } from './run-log.js';
import type { Service } from './service-client.js';

/** The services a run may reach. */
export class Services {
  constructor(
    readonly persist: Service,
    readonly server: Service,
    readonly http: ProviderHttp,
    readonly rateLimits: RateLimits,
    /** The server again, for what may take as long as an action, and must not be asked twice. */
    readonly invocations: Service,
    /** How many of a hundred HTTP calls of a sync are logged. */
    readonly httpLogPercent = 100,
  ) {}

  async close(): Promise<void> {
    const clients = [this.persist, this.server, this.invocations, this.http, this.rateLimits];
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** What one execution knows and has done so far, on the host's side of the bridge. */
export class RunContext {
  readonly log: RunLog;
  readonly leases: Leases;
  proxyCalls = 0;
  /** Whether locks are to be given back at the end. */
  holdsLocks = false;
  /** Known once its code is. */
  sources: SourcePositions | undefined;
  readonly results: ModelCounts = {};
  /** Version of the checkpoint this run last saw; read on first touch. */
  checkpointVersion: number | undefined;
  checkpointFrom: Checkpoint | null | undefined;
  checkpointTo: Checkpoint | null | undefined;
  readonly #startedAt = performance.now();
  readonly #endings: (() => void)[] = [];

  constructor(
    readonly request: ExecuteRequest,
    readonly services: Services,
    readonly signal: AbortSignal,
  ) {
    const sample = new LogSample(request.kind === 'sync' ? services.httpLogPercent : 100);
    this.log = new RunLog(services.persist, request.token, sample);
    this.leases = new Leases(
      request.lease,
      (asked) => this.server<ConnectionLease>('POST', '/internal/lease', asked),
      (error) => this.log.say('warn', 'internal', `the credentials were not renewed: ${messageOf(error)}`),
    );
  }

  /** Until this run is ended, in milliseconds. */
  get leftMs(): number {
    return Math.max(1, this.request.limits.wallMs - this.#lastedMs);
  }

  get #lastedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Whether the run is to end where it can go on later: at a checkpoint (spec/functions.md §4.1). */
  get isToBeInterrupted(): boolean {
    return this.#lastedMs > (this.request.limits.interruptAfterMs ?? Number.POSITIVE_INFINITY);
  }

  /** Whether its time is up: it may call nobody any more. */
  get isTimeUp(): boolean {
    return this.#lastedMs > this.#killAfterMs;
  }

  /** Why the run may call nobody any more: every call of the SDK looks at it first. */
  get over(): HostError | undefined {
    if (this.signal.aborted) return sdkError('script_aborted', 'the execution was cancelled');
    if (!this.isTimeUp) return undefined;
    return sdkError('execution_timeout', `the function ran for more than ${this.#killAfterMs} ms`);
  }

  get #killAfterMs(): number {
    const { wallMs, killAfterMs = wallMs } = this.request.limits;
    return killAfterMs;
  }

  /** Calls persist under this run's token. */
  persist<Answer>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: string,
    headers?: Record<string, string>,
  ): Promise<Answer> {
    const { token } = this.request;
    return this.services.persist.call({ method, path, token, body, signal: this.signal, ...(headers ? { headers } : {}) });
  }

  /** Calls the server's internal API under this run's token. */
  server<Answer>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<Answer> {
    const { token } = this.request;
    return this.services.server.call({ method, path, token, body: body && JSON.stringify(body), signal: this.signal });
  }

  /** What is open for this run and must not outlive it. */
  atEnd(close: () => void): void {
    this.#endings.push(close);
  }

  end(): void {
    for (const close of this.#endings.splice(0)) close();
  }

  /** A batch that is sent again is recognised by its id. */
  batchId = (): string => randomUUID();

  count(model: string, result: Pick<BatchResult, 'added' | 'updated' | 'deleted'>): void {
    const { variant } = this.request.function;
    const counts = (this.results[variant === 'base' ? model : `${model}::${variant}`] ??= { added: 0, updated: 0, deleted: 0 });
    counts.added += result.added;
    counts.updated += result.updated;
    counts.deleted += result.deleted;
  }
}
