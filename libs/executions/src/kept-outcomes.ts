import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { FunctionError, Outcome } from '#libs/contracts';
import { backoffMs, type ExecutionId, inTime, messageOf } from '#libs/kernel';
import { Admission } from './admission.js';
import { endedOutcome } from './domain/attempts.js';
import { LIMITS } from './domain/limits.js';
import { expiredError, failedOutcome, lostError } from './domain/outcomes.js';
import type { NewAction } from './executions.types.js';
import { LedgerRepository } from './ledger.repository.js';

/** An execution somebody else waits for, or waited for until its process was lost. */
export interface Followed {
  readonly executionId: ExecutionId;
  readonly createdAt: Date;
}

const LOOKS = { baseMs: 25, factor: 1.5, maxMs: 1_000 };
/** What starts or ends in the last moment is recorded a little later. */
const GRACE_MS = 5_000;
const PATIENCE_MS = 2_000;

/** Waits for actions that are waited for elsewhere: the ledger says how they ended, and decides it where nobody else will. */
@Injectable()
export class KeptOutcomes {
  readonly #log = new Logger(KeptOutcomes.name);

  constructor(
    private readonly ledger: LedgerRepository,
    private readonly admission: Admission,
  ) {}

  /** Ends by the deadlines of the action at the latest. @param action what it runs, of which one is recorded that never ran */
  async wait(action: NewAction, followed: Followed): Promise<Outcome> {
    for (let looks = 0; ; looks += 1) {
      const known = await this.#ended(followed.executionId);
      if (known) return known;
      const error = await this.#overdue(action, followed);
      if (error) return this.#record(action, followed, error);
      await delay(backoffMs(looks, LOOKS));
    }
  }

  async #ended(id: ExecutionId): Promise<Outcome | undefined> {
    const [row] = await this.ledger.ended([id]);
    return row && endedOutcome(row);
  }

  /** Why it will not end by itself any more. */
  async #overdue(action: NewAction, { executionId, createdAt }: Followed): Promise<FunctionError | undefined> {
    const { startWithinMs = LIMITS.action.startWithinMs, runWithinMs = LIMITS.action.runWithinMs } = action;
    const ageMs = Date.now() - createdAt.getTime();
    if (ageMs > startWithinMs + runWithinMs + GRACE_MS)
      return expiredError(executionId, 'startedToCompletedTimeoutSecs_exceeded');
    if (ageMs <= startWithinMs + GRACE_MS || !(await this.#isForgotten(executionId))) return undefined;
    return lostError('the process that was to run the action is gone');
  }

  /** Neither waits nor runs; false while Redis cannot say. */
  async #isForgotten(id: ExecutionId): Promise<boolean> {
    try {
      const unknown = this.admission.unknown('action', [{ id }]);
      return (await inTime(unknown, PATIENCE_MS, () => [])).length > 0;
    } catch (error) {
      this.#log.warn(`Redis cannot be asked for ${id}: ${messageOf(error)}`);
      return false;
    }
  }

  /** The first to record the end of an execution decides it. */
  async #record(action: NewAction, { executionId, createdAt }: Followed, error: FunctionError): Promise<Outcome> {
    const { environmentId, connectionRowId, functionId, operationId } = action;
    const facts = { environmentId, connectionRowId, functionId, operationId };
    const row = {
      ...facts,
      id: executionId,
      state: 'failed',
      error,
      createdAtMs: createdAt.getTime(),
      startedAtMs: undefined,
    } as const;
    await this.ledger.insertFinal([row]);
    return (await this.#ended(executionId)) ?? failedOutcome(error);
  }
}
