import { Inject, Injectable, Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { Environments } from '#libs/accounts';
import type { Transaction } from '#libs/database';
import { type DeliveryId, messageOf } from '#libs/kernel';
import { OperationLog } from '#libs/logs';
import { counter } from '#libs/metrics';
import { JobProducer } from '#libs/queues';
import { DeliveriesRepository, type PendingDeliveries } from './deliveries.repository.js';
import type { Attempted, ClaimedDelivery, NewDelivery } from './deliveries.types.js';
import { judge, type Verdict } from './domain/attempts.js';
import { bodyOf, headersFor } from './domain/signature.js';
import { DELIVERIES_OPTIONS, type DeliveriesOptions, WebhookSender } from './webhook-sender.js';

/** Time an attempt has beyond its answer, and its job to arrive, before it counts as lost. */
const GRACE_MS = 30_000;

/** A Redis that answers does so in milliseconds. */
const ANNOUNCE_MS = 1_000;

const attempts = counter('fairlead.deliveries.attempts');

const jobIdOf = (id: DeliveryId, attempt: number): string => `delivery.${id}.${attempt}`;

/** Webhooks to customers: a row first, then a job for each attempt (spec/api.md §6). */
@Injectable()
export class Deliveries {
  readonly #log = new Logger(Deliveries.name);

  constructor(
    private readonly deliveries: DeliveriesRepository,
    private readonly environments: Environments,
    private readonly sender: WebhookSender,
    private readonly jobs: JobProducer,
    private readonly operations: OperationLog,
    @Inject(DELIVERIES_OPTIONS) private readonly options: DeliveriesOptions,
  ) {}

  /**
   * Accepts a webhook for sending: one row per URL, and its job once the transaction has committed. Whether the environment wants
   * to hear of the event is the caller's decision. Answers the rows' ids, none where nobody listens.
   */
  async store(tx: Transaction, delivery: NewDelivery): Promise<DeliveryId[]> {
    const urls = delivery.urls ?? (await this.deliveries.urlsFor(tx, delivery));
    if (urls.length === 0) return [];
    const ids = await this.deliveries.insert(tx, delivery, urls, bodyOf(delivery.payload));
    tx.afterCommit(() => this.#announce(ids));
    return ids;
  }

  /** What is committed has happened: whoever did it is not kept waiting, nor told otherwise, by a Redis that is away. The sweep sends it. */
  async #announce(ids: readonly DeliveryId[]): Promise<void> {
    const jobs = ids.map((id) => ({ jobId: jobIdOf(id, 1), data: { deliveryId: id, attempt: 1 } }));
    const enqueued = this.jobs
      .enqueueMany('delivery.send', jobs)
      .catch((error: unknown) => this.#log.warn(`webhooks will be sent late: ${messageOf(error)}`));
    await Promise.race([enqueued, delay(ANNOUNCE_MS, undefined, { ref: false })]);
  }

  /** Makes one attempt (the first is 1) and arranges the next where that helps. An attempt is made once, however often this is called. */
  async attempt(id: DeliveryId, attempt: number): Promise<void> {
    const claimed = await this.deliveries.claim(id, attempt, this.options.timeoutMs);
    if (!claimed) return;
    const { webhookSigningKey, outboundPolicy } = await this.environments.get(claimed.environmentId);
    const headers = headersFor(claimed.body, webhookSigningKey);
    const result = await this.sender.post(claimed.url, claimed.body, headers, outboundPolicy);
    const verdict = judge(attempt, result, this.options.retryDelaysMs);
    await this.deliveries.record(id, attempt, rowOf(verdict, result));
    attempts.add({ outcome: verdict.state });
    this.#tell(claimed, attempt, result, verdict);
    if (verdict.state === 'pending') await this.#enqueueNext(id, attempt + 1, verdict.retryInMs);
  }

  /** What is accepted and has not ended: how many, up to `limit`, and since when the oldest waits. */
  pending(limit: number): Promise<PendingDeliveries> {
    return this.deliveries.pending(limit);
  }

  /** Forgets deliveries that ended before a moment, at most `limit`; answers how many. */
  removeBefore(before: Date, limit: number): Promise<number> {
    return this.deliveries.removeBefore(before, limit);
  }

  /** Sends jobs again that a crash or a lost Redis swallowed, at most `limit`; the orchestrator's sweep. Answers how many. */
  async resendOverdue(limit: number): Promise<number> {
    const overdue = await this.deliveries.takeOverdue(limit, GRACE_MS);
    for (const { id, attempt } of overdue) {
      if (attempt <= this.options.retryDelaysMs.length + 1) {
        await this.jobs.enqueueAgain('delivery.send', { deliveryId: id, attempt }, { jobId: jobIdOf(id, attempt) });
      } else {
        await this.deliveries.record(id, attempt - 1, lastAttemptLost);
        attempts.add({ outcome: 'failed' });
      }
    }
    return overdue.length;
  }

  #enqueueNext(deliveryId: DeliveryId, attempt: number, delayMs: number): Promise<void> {
    return this.jobs.enqueue('delivery.send', { deliveryId, attempt }, { jobId: jobIdOf(deliveryId, attempt), delayMs });
  }

  #tell({ operationId, url }: ClaimedDelivery, attempt: number, result: Attempted, verdict: Verdict): void {
    if (!operationId) return;
    const came = 'status' in result ? `answered ${result.status}` : `failed: ${result.error}`;
    this.operations.message(operationId, {
      createdAt: new Date().toISOString(),
      level: verdict.state === 'delivered' ? 'info' : 'warn',
      type: 'log',
      source: 'internal',
      message: `webhook to ${new URL(url).origin} ${came} (attempt ${attempt}, ${verdict.state})`,
    });
  }
}

const rowOf = (verdict: Verdict, result: Attempted) => ({
  state: verdict.state,
  status: 'status' in result ? result.status : null,
  error: 'error' in result ? result.error : null,
  retryInMs: verdict.state === 'pending' ? verdict.retryInMs : 0,
});

const lastAttemptLost = {
  state: 'failed',
  status: null,
  error: 'the process was lost during the last attempt',
  retryInMs: 0,
} as const;
