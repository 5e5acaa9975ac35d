import { randomUUID } from 'node:crypto';
import type { BatchResult, Checkpoint, ConnectionLease, ExecuteRequest, ModelCounts } from '#libs/contracts';
import { messageOf } from '#libs/kernel';
import { LogSample } from './domain/log-sample.js';
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
    /** How many of a hundred HTTP calls of a sync are logged. */
    readonly httpLogPercent = 100,
  ) {}

  async close(): Promise<void> {
    await Promise.all([this.persist.close(), this.server.close(), this.http.close(), this.rateLimits.close()]);
  }
}

/** What one execution knows and has done so far, on the host's side of the bridge. */
export class RunContext {
  readonly log: RunLog;
  readonly leases: Leases;
  proxyCalls = 0;
  /** Whether locks are to be given back at the end. */
  holdsLocks = false;
  readonly results: ModelCounts = {};
  /** Version of the checkpoint this run last saw; read on first touch. */
  checkpointVersion: number | undefined;
  checkpointFrom: Checkpoint | null | undefined;
  checkpointTo: Checkpoint | null | undefined;
  readonly #endsAt: number;

  constructor(
    readonly request: ExecuteRequest,
    readonly services: Services,
    readonly signal: AbortSignal,
  ) {
    this.#endsAt = performance.now() + request.limits.wallMs;
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
    return Math.max(1, this.#endsAt - performance.now());
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
