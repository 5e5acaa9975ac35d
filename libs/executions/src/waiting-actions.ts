import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { REDIS } from '#libs/cache';
import type { FunctionError, Outcome } from '#libs/contracts';
import { messageOf, newId } from '#libs/kernel';
import { EXECUTIONS_OPTIONS } from './admission.js';
import { ControlChannel } from './control-channel.js';
import { Dispatcher } from './dispatcher.js';
import { LIMITS } from './domain/limits.js';
import { endedOutcome } from './domain/attempts.js';
import { expiredError, type ExpiryReason, failedOutcome } from './domain/outcomes.js';
import { queueFull } from './domain/queue-full.js';
import { readReply } from './domain/reply-message.js';
import { expiry } from './domain/waiting.js';
import type { ExecutionsOptions } from './executions.config.js';
import type { ActionJob, NewAction } from './executions.types.js';
import { keys } from './keys.js';
import { LedgerRepository } from './ledger.repository.js';
import { ReplyChannel } from './reply-channel.js';

/** Input up to this travels in the job, longer one beside it. */
const INLINE_CHARACTERS = 1_500;
const TICK_MS = 1_000;
/** The ledger is asked this often for answers that were missed. */
const LOOK_UP_EVERY_MS = 5_000;

interface Waiter {
  readonly job: ActionJob;
  readonly startWithinMs: number;
  readonly runWithinMs: number;
  readonly answer: (outcome: Outcome) => void;
  heardAtMs: number | undefined;
}

/** Actions that callers of this process wait for. Whatever happens to Redis or a worker, each wait ends. */
@Injectable()
export class WaitingActions implements OnModuleDestroy {
  readonly #log = new Logger(WaitingActions.name);
  readonly #waiters = new Map<string, Waiter>();
  readonly #timer: NodeJS.Timeout;
  #lookedUpAtMs = 0;

  constructor(
    @Inject(REDIS) private readonly redis: Redis,
    @Inject(EXECUTIONS_OPTIONS) private readonly options: ExecutionsOptions,
    private readonly dispatcher: Dispatcher,
    private readonly ledger: LedgerRepository,
    private readonly replies: ReplyChannel,
    private readonly control: ControlChannel,
  ) {
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** @throws AppError `queue_full` */
  async run(action: NewAction): Promise<Outcome> {
    const { input, startWithinMs = LIMITS.action.startWithinMs, runWithinMs = LIMITS.action.runWithinMs, ...given } = action;
    const { executionId = newId(), ...facts } = given;
    const text = JSON.stringify(input ?? null);
    const isInline = text.length <= INLINE_CHARACTERS;
    const job: ActionJob = {
      ...facts,
      executionId,
      replyTo: this.replies.name,
      createdAtMs: Date.now(),
      startWithinMs,
      runWithinMs,
      ...(isInline ? { input: text } : {}),
    };
    try {
      return await new Promise<Outcome>((answer, reject) => {
        this.#waiters.set(job.executionId, { job, startWithinMs, runWithinMs, answer, heardAtMs: undefined });
        this.#offer(job, isInline ? undefined : text).catch(reject);
      });
    } finally {
      this.#waiters.delete(job.executionId);
    }
  }

  async #offer(job: ActionJob, input: string | undefined): Promise<void> {
    await this.replies.listen({
      onReply: (id, outcome) => this.#hear(id, outcome),
      // At once, and again at the next tick: an answer may be on its way to the ledger.
      onGap: () => void this.#lookUp(0),
    });
    // Redis may have been away for longer than the caller waits.
    if (!this.#waiters.has(job.executionId)) return;
    const lifeMs = (job.startWithinMs ?? 0) + (job.runWithinMs ?? 0);
    if (input !== undefined) await this.redis.set(keys.input(job.executionId), input, 'PX', lifeMs);
    if (await this.dispatcher.offerAction(job, this.options.maxQueued)) return;
    throw queueFull('too many actions of this environment wait already');
  }

  #hear(id: string, outcome: Outcome | undefined): void {
    const waiter = this.#waiters.get(id);
    if (!waiter) return;
    if (outcome) waiter.answer(outcome);
    else waiter.heardAtMs = Date.now();
  }

  #tick(): void {
    const now = Date.now();
    for (const waiter of this.#waiters.values()) {
      const reason = expiry({ ...waiter, createdAtMs: waiter.job.createdAtMs }, now);
      if (reason) void this.#expire(waiter, reason);
    }
    if (now - this.#lookedUpAtMs >= LOOK_UP_EVERY_MS) void this.#lookUp(now);
  }

  /** Answers that went by: kept in Redis for a moment, or written to the ledger. */
  async #lookUp(now: number): Promise<void> {
    this.#lookedUpAtMs = now;
    const ids = [...this.#waiters.keys()];
    if (ids.length === 0) return;
    // Each on its own: either store may be away.
    await Promise.all([
      this.#attempt('Redis', async () => {
        for (const kept of await this.redis.mget(ids.map(keys.outcome))) if (kept) this.#hear(...asHeard(kept));
      }),
      this.#attempt('the ledger', async () => {
        for (const row of await this.ledger.ended(ids)) {
          const outcome = endedOutcome(row);
          if (outcome) this.#hear(row.id, outcome);
        }
      }),
    ]);
  }

  /** The first to record the end of an execution decides it; a result that comes later changes nothing. */
  async #expire(waiter: Waiter, reason: ExpiryReason): Promise<void> {
    const { job } = waiter;
    this.#waiters.delete(job.executionId);
    const error = expiredError(job.executionId, reason);
    waiter.answer((await this.#recordExpiry(job, error)) ?? failedOutcome(error));
    this.control.stop(job.executionId);
    await this.#attempt('Redis', () => this.dispatcher.settle('action', job.executionId));
  }

  /** What another process recorded first, undefined when this one did. */
  async #recordExpiry(job: ActionJob, error: FunctionError): Promise<Outcome | undefined> {
    try {
      const row = { ...job, id: job.executionId, state: 'expired', error, startedAtMs: undefined } as const;
      if ((await this.ledger.insertFinal([row])).length > 0) return undefined;
      const [ended] = await this.ledger.ended([job.executionId]);
      return ended && endedOutcome(ended);
    } catch (failure) {
      this.#log.error(`the end of ${job.executionId} is not recorded: ${messageOf(failure)}`);
      return undefined;
    }
  }

  async #attempt(store: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.warn(`${store} cannot be asked for answers: ${messageOf(error)}`);
    }
  }
}

function asHeard(message: string): [string, Outcome | undefined] {
  const { id, outcome } = readReply(message);
  return [id, outcome];
}
