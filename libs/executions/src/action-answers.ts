import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { REDIS } from '#libs/cache';
import type { Outcome } from '#libs/contracts';
import { AppError, inTime, messageOf } from '#libs/kernel';
import { Dispatcher } from './dispatcher.js';
import { endedOutcome } from './domain/attempts.js';
import { settlementOf } from './domain/outcomes.js';
import type { ActionJob } from './executions.types.js';
import { FinalRows } from './final-rows.js';
import { keys } from './keys.js';
import { type FinalRow, LedgerRepository } from './ledger.repository.js';
import { replyMessage } from './domain/reply-message.js';

/** How long Redis may take before the answer goes through the ledger. */
const PATIENCE_MS = 2_000;
/** Outcomes up to this are kept in Redis for a moment, larger ones in their row. */
const KEPT_CHARACTERS = 16_384;
const KEPT_S = 20;

/** The worker's side of an action somebody waits for. */
@Injectable()
export class ActionAnswers {
  readonly #log = new Logger(ActionAnswers.name);

  constructor(
    @Inject(REDIS) private readonly redis: Redis,
    private readonly dispatcher: Dispatcher,
    private readonly ledger: LedgerRepository,
    private readonly rows: FinalRows,
  ) {}

  /** Tells the waiter that the action has started and still runs. Never waits, never throws. */
  alive({ executionId, replyTo }: ActionJob): void {
    this.redis
      .publish(replyTo, replyMessage(executionId))
      .catch((error: unknown) => this.#log.warn(`no sign of life of ${executionId}: ${messageOf(error)}`));
  }

  /** The action's input, from the job or beside it. @throws AppError `function_runtime_other` when Redis has lost it */
  async inputOf({ executionId, input }: ActionJob): Promise<unknown> {
    const text = input ?? (await this.redis.get(keys.input(executionId)));
    if (text === null) throw new AppError('function_runtime_other', 'the input of the action was lost');
    return JSON.parse(text);
  }

  /**
   * Answers the waiter, frees the slot, and records the execution. An answer nobody heard goes into the ledger, where the waiter looks.
   * @returns false when it had been settled before; nothing changes then
   */
  async answer(job: ActionJob, outcome: Outcome, startedAtMs: number | undefined): Promise<boolean> {
    if (job.isKept) return this.#answerKept(job, outcome, startedAtMs);
    const message = replyMessage(job.executionId, outcome);
    const isSmall = message.length <= KEPT_CHARACTERS;
    const reply = {
      channel: job.replyTo,
      message,
      ...(isSmall ? { keepFor: { key: keys.outcome(job.executionId), seconds: KEPT_S } } : {}),
    };
    const told = await this.#inTime(job.executionId, this.dispatcher.settle('action', job.executionId, reply));
    if (told && !told.first) return false;
    const row = finalRow(job, outcome, startedAtMs);
    if (!told || told.heard === 0) await this.ledger.insertFinal([row]);
    else await this.rows.add(isSmall ? { ...row, output: undefined } : row);
    return true;
  }

  /** Others may ask for the outcome too: what the ledger has is what all of them are told. */
  async #answerKept(job: ActionJob, outcome: Outcome, startedAtMs: number | undefined): Promise<boolean> {
    const row = finalRow(job, outcome, startedAtMs);
    const kept = outcome.status === 'succeeded' ? { ...row, output: outcome.output ?? null } : row;
    const isFirst = (await this.ledger.insertFinal([kept])).length > 0;
    const [ended] = isFirst ? [] : await this.ledger.ended([job.executionId]);
    const message = replyMessage(job.executionId, (ended && endedOutcome(ended)) ?? outcome);
    await this.#inTime(job.executionId, this.dispatcher.settle('action', job.executionId, { channel: job.replyTo, message }));
    return isFirst;
  }

  /** What Redis said, undefined when it is away. */
  async #inTime<Told>(id: string, telling: Promise<Told>): Promise<Told | undefined> {
    try {
      return await inTime(telling, PATIENCE_MS, () => undefined);
    } catch (error) {
      this.#log.warn(`the answer of ${id} goes through the ledger: ${messageOf(error)}`);
      return undefined;
    } finally {
      telling.catch((error: unknown) => this.#log.warn(`the slot of ${id} is left to the sweep: ${messageOf(error)}`));
    }
  }
}

function finalRow(job: ActionJob, outcome: Outcome, startedAtMs: number | undefined): FinalRow {
  const { environmentId, connectionRowId, functionId, operationId, createdAtMs } = job;
  return {
    ...settlementOf(outcome),
    id: job.executionId,
    environmentId,
    connectionRowId,
    functionId,
    operationId,
    createdAtMs,
    startedAtMs,
  };
}
