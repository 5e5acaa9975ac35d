import { Injectable } from '@nestjs/common';
import type { Outcome } from '#libs/contracts';
import { Database, type Transaction } from '#libs/database';
import type { ExecutionId } from '#libs/kernel';
import { hasNextAttempt } from './domain/attempts.js';
import { settlementOf } from './domain/outcomes.js';
import { Executions } from './executions.service.js';
import type { Execution, FinalState } from './executions.types.js';

/** Is told of the end of an asynchronous action, within the transaction that records it; once, whatever the number of attempts. */
export type AsyncActionListener = (tx: Transaction, execution: Execution, outcome: Outcome) => Promise<unknown>;

/** Asynchronous actions: attempts until one succeeds or none is left, and who hears of the end (spec/functions.md §4.4). */
@Injectable()
export class AsyncActions {
  readonly #listeners: AsyncActionListener[] = [];

  constructor(
    private readonly db: Database,
    private readonly executions: Executions,
  ) {}

  onEnd(listener: AsyncActionListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Settles an attempt. A failed one is followed by the next, if there is one left; after the last, the end is told.
   * @param state as the outcome says, unless it did not end by itself
   * @returns how it went on; undefined when it had been settled before
   */
  finish(
    id: ExecutionId,
    outcome: Outcome,
    state: FinalState = settlementOf(outcome).state,
  ): Promise<'retried' | 'ended' | undefined> {
    return this.db.transaction(async (tx) => {
      const execution = await this.executions.find(id);
      if (execution?.kind !== 'action-async') return undefined;
      if (!(await this.executions.settle(tx, id, { ...settlementOf(outcome), state }))) return undefined;
      if (state === 'failed' && hasNextAttempt(execution)) {
        await this.executions.submitNextAttempt(tx, { ...execution, kind: execution.kind });
        return 'retried';
      }
      for (const listener of this.#listeners) await listener(tx, execution, outcome);
      return 'ended';
    });
  }
}
