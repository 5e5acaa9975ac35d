import { Injectable } from '@nestjs/common';
import { Environments } from '#libs/accounts';
import type { Outcome } from '#libs/contracts';
import { Database, type Transaction } from '#libs/database';
import { Deliveries } from '#libs/deliveries';
import { type EnvironmentId, type ExecutionId, newId } from '#libs/kernel';
import { type OperationEnd, OperationLog } from '#libs/logs';
import { ActionKeys, type KeyUse, type TakenKey } from './action-keys.js';
import { nextAttemptAt } from './domain/attempts.js';
import { cancelledError, failedOutcome, operationEndOf, settlementOf } from './domain/outcomes.js';
import { Executions } from './executions.service.js';
import type { Execution, FinalState, NewExecution } from './executions.types.js';

export interface NewAsyncAction extends Omit<NewExecution, 'kind' | 'maxAttempts' | 'syncId' | 'options'> {
  /** Names for the webhook that tells of the end. */
  readonly connectionId: string;
  readonly providerConfigKey: string;
  /** Attempts beyond the first, on failure. */
  readonly maxRetries: number;
}

/** What became of a wish to cancel; null: there is no such action. */
export type Cancellation = 'cancelled' | 'ended' | null;

const CANCELLED = 'The action was cancelled';
/** An attempt may end, and the next begin, while it is being cancelled. */
const MOST_ATTEMPTS = 6;

/** Asynchronous actions: accepted, tried until an attempt succeeds or none is left, and told of once (spec/functions.md §4.4). */
@Injectable()
export class AsyncActions {
  constructor(
    private readonly db: Database,
    private readonly executions: Executions,
    private readonly environments: Environments,
    private readonly deliveries: Deliveries,
    private readonly operations: OperationLog,
    private readonly keys: ActionKeys,
  ) {}

  /** Accepts an action and answers the id its result is asked for by. @throws AppError `queue_full` */
  submit(action: NewAsyncAction): Promise<string> {
    return this.db.transaction((tx) => this.#submit(tx, action, newId()));
  }

  /**
   * As `submit`, once for all calls with the same key: the key is taken in the transaction that accepts the action.
   * @throws AppError `queue_full`, `idempotency_key_reused`
   */
  submitOnce(action: NewAsyncAction, use: KeyUse): Promise<TakenKey> {
    return this.db.transaction(async (tx) => {
      const taken = await this.keys.take(tx, action.environmentId, use, newId());
      if (taken.isNew) await this.#submit(tx, action, taken.executionId);
      return taken;
    });
  }

  /** What waits never starts, what runs is disposed of. The environment is told as of any other end. */
  async cancel(environmentId: EnvironmentId, id: string): Promise<Cancellation> {
    for (let tried = 0; tried < MOST_ATTEMPTS; tried += 1) {
      const last = (await this.executions.attempts(environmentId, id)).at(-1);
      if (!last) return null;
      if (last.state !== 'queued' && last.state !== 'running') return 'ended';
      if (await this.#cancelAttempt(last.id)) return 'cancelled';
    }
    return 'ended';
  }

  /**
   * Settles an attempt. One that failed, ran out of time or was lost is followed by the next, if one is left; otherwise the environment is told, and the operation ends.
   * @param state as the outcome says, unless it did not end by itself
   * @returns false when it had been settled before
   */
  async finish(id: ExecutionId, outcome: Outcome, state: FinalState = settlementOf(outcome).state): Promise<boolean> {
    const execution = await this.executions.find(id);
    if (execution?.kind !== 'action-async') return false;
    const { webhookSettings } = await this.environments.get(execution.environmentId);
    return this.db.transaction(async (tx) => {
      if (!(await this.executions.settle(tx, id, { ...settlementOf(outcome), state }))) return false;
      const isTried = state !== 'cancelled' && outcome.status === 'failed';
      const nextAt = isTried ? nextAttemptAt(execution, outcome.error, new Date()) : undefined;
      if (nextAt) await this.executions.submitNextAttempt(tx, execution, nextAt);
      else await this.#conclude(tx, execution, operationEndOf(outcome), webhookSettings.on_async_action_completion);
      return true;
    });
  }

  #submit(tx: Transaction, action: NewAsyncAction, id: ExecutionId): Promise<ExecutionId> {
    const { connectionId, providerConfigKey, maxRetries, ...facts } = action;
    const options = { connectionId, providerConfigKey };
    return this.executions.submit(tx, { ...facts, id, kind: 'action-async', maxAttempts: maxRetries + 1, options });
  }

  async #cancelAttempt(id: ExecutionId): Promise<boolean> {
    const execution = await this.executions.find(id);
    if (!execution) return false;
    const { webhookSettings } = await this.environments.get(execution.environmentId);
    const end = { ...operationEndOf(failedOutcome(cancelledError(CANCELLED))), state: 'cancelled' } as const;
    return this.db.transaction(async (tx) => {
      if (!(await this.executions.cancel(tx, id, CANCELLED))) return false;
      await this.#conclude(tx, execution, end, webhookSettings.on_async_action_completion);
      return true;
    });
  }

  async #conclude(tx: Transaction, execution: Execution, end: OperationEnd, isTold: boolean): Promise<void> {
    const { environmentId, connectionRowId, retryKey, operationId } = execution;
    if (operationId) tx.afterCommit(() => this.operations.finish(operationId, end));
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
