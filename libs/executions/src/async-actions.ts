import { Injectable } from '@nestjs/common';
import { Environments } from '#libs/accounts';
import type { Outcome } from '#libs/contracts';
import { Database, type Transaction } from '#libs/database';
import { Deliveries } from '#libs/deliveries';
import type { ExecutionId } from '#libs/kernel';
import { OperationLog } from '#libs/logs';
import { hasNextAttempt } from './domain/attempts.js';
import { operationEndOf, settlementOf } from './domain/outcomes.js';
import { Executions } from './executions.service.js';
import type { Execution, FinalState, NewExecution } from './executions.types.js';

export interface NewAsyncAction extends Omit<NewExecution, 'kind' | 'maxAttempts' | 'syncId' | 'options'> {
  /** Names for the webhook that tells of the end. */
  readonly connectionId: string;
  readonly providerConfigKey: string;
  /** Attempts beyond the first, on failure. */
  readonly maxRetries: number;
}

/** Asynchronous actions: accepted, tried until an attempt succeeds or none is left, and told of once (spec/functions.md §4.4). */
@Injectable()
export class AsyncActions {
  constructor(
    private readonly db: Database,
    private readonly executions: Executions,
    private readonly environments: Environments,
    private readonly deliveries: Deliveries,
    private readonly operations: OperationLog,
  ) {}

  /** Accepts an action and answers the id its result is asked for by. @throws AppError `queue_full` */
  submit(action: NewAsyncAction): Promise<string> {
    const { connectionId, providerConfigKey, maxRetries, ...facts } = action;
    const options = { connectionId, providerConfigKey };
    return this.db.transaction((tx) =>
      this.executions.submit(tx, { ...facts, kind: 'action-async', maxAttempts: maxRetries + 1, options }),
    );
  }

  /**
   * Settles an attempt. A failed one is followed by the next, if one is left; otherwise the environment is told, and the operation ends.
   * @param state as the outcome says, unless it did not end by itself
   * @returns false when it had been settled before
   */
  async finish(id: ExecutionId, outcome: Outcome, state: FinalState = settlementOf(outcome).state): Promise<boolean> {
    const execution = await this.executions.find(id);
    if (execution?.kind !== 'action-async') return false;
    const { webhookSettings } = await this.environments.get(execution.environmentId);
    return this.db.transaction(async (tx) => {
      if (!(await this.executions.settle(tx, id, { ...settlementOf(outcome), state }))) return false;
      if (state === 'failed' && hasNextAttempt(execution)) await this.executions.submitNextAttempt(tx, execution);
      else await this.#conclude(tx, execution, outcome, webhookSettings.on_async_action_completion);
      return true;
    });
  }

  async #conclude(tx: Transaction, execution: Execution, outcome: Outcome, isTold: boolean): Promise<void> {
    const { environmentId, connectionRowId, retryKey, operationId } = execution;
    if (operationId) tx.afterCommit(() => this.operations.finish(operationId, operationEndOf(outcome)));
    if (!isTold) return;
    const payload = {
      from: 'nango',
      type: 'async_action',
      connectionId: execution.options['connectionId'],
      providerConfigKey: execution.options['providerConfigKey'],
      payload: { id: retryKey, statusUrl: `/action/${retryKey}` },
    };
    const to = { environmentId, connectionRowId, operationId: operationId ?? undefined };
    await this.deliveries.store(tx, { ...to, type: 'async_action', payload });
  }
}
