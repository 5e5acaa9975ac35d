import { Injectable } from '@nestjs/common';
import type { ExecutionState, Outcome } from '#libs/contracts';
import type { Sql, Transaction } from '#libs/database';
import { type EnvironmentId, type ExecutionId, newId } from '#libs/kernel';
import { Admission } from './admission.js';
import { ControlChannel } from './control-channel.js';
import { Dispatcher } from './dispatcher.js';
import { attemptsOutcome } from './domain/attempts.js';
import { cancelledError } from './domain/outcomes.js';
import { queueFull } from './domain/queue-full.js';
import type { Execution, NewAction, NewExecution, Settled, Settlement, StoredKind } from './executions.types.js';
import { LedgerRepository, type QueuedRow } from './ledger.repository.js';
import { WaitingActions } from './waiting-actions.js';

/**
 * The ledger (design §2.3): `queued → running → succeeded | failed | expired | cancelled`, by compare-and-set only. A late result of
 * an execution that was settled changes nothing.
 */
@Injectable()
export class Executions {
  constructor(
    private readonly waiting: WaitingActions,
    private readonly ledger: LedgerRepository,
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    private readonly control: ControlChannel,
  ) {}

  /**
   * Runs an action and waits for its end, at most `startWithinMs + runWithinMs`. A deadline that passes is an outcome too:
   * `action_script_failure` with the deadline's name (spec/functions.md §4.3).
   * @throws AppError `queue_full`
   */
  runAndWait(action: NewAction): Promise<Outcome> {
    return this.waiting.run(action);
  }

  /** Accepts work with the caller's transaction; it is offered for admission after the commit. @throws AppError `queue_full` */
  async submit(tx: Transaction, execution: NewExecution): Promise<ExecutionId> {
    const { kind, environmentId, id = newId() } = execution;
    const { reserved, waiting } = await this.reserve(tx, kind, environmentId, [id]);
    if (reserved === 0) throw queueFull(`${waiting} executions of this environment wait already`);
    await this.submitMany(tx, [{ ...execution, id }]);
    return id;
  }

  /**
   * Keeps places for what is about to be accepted with the caller's transaction by `submitMany`: for so many, the first of them, as its
   * environment may have. The number is exact over all replicas; while Redis is away nobody is refused.
   */
  async reserve(
    tx: Transaction,
    kind: StoredKind,
    environmentId: EnvironmentId,
    ids: readonly ExecutionId[],
  ): Promise<{ readonly reserved: number; readonly waiting: number }> {
    const places = await this.admission.reserveIfKnown(kind, environmentId, ids);
    if (!places) return { reserved: ids.length, waiting: 0 };
    const kept = ids.slice(0, places.reserved);
    if (kept.length > 0) tx.afterRollback(() => this.dispatcher.giveUpPlaces(kind, environmentId, kept));
    return places;
  }

  /**
   * As `submit`: one INSERT, one offer, ids in the order given. It is not refused for its number: `reserve` places where that is to be, which
   * it is not for schedules, whose number bounds it.
   */
  async submitMany(tx: Transaction, executions: readonly NewExecution[]): Promise<ExecutionId[]> {
    const rows = executions.map((execution): QueuedRow => {
      const id = execution.id ?? newId();
      return { ...execution, id, attempt: 0, retryKey: id };
    });
    await this.#insert(tx, rows);
    return rows.map((row) => row.id);
  }

  /** The next attempt at an asynchronous action that failed, under the same retry key. Its start deadline begins anew. */
  async submitNextAttempt(tx: Transaction, failed: Execution, availableAt: Date): Promise<ExecutionId> {
    const { environmentId, functionId, connectionRowId, input, options, maxAttempts, retryKey } = failed;
    const id = newId();
    const facts = { environmentId, functionId, connectionRowId, input, options, maxAttempts, retryKey };
    const operationId = failed.operationId ?? undefined;
    await this.#insert(tx, [{ ...facts, kind: 'action-async', operationId, id, attempt: failed.attempt + 1, availableAt }]);
    return id;
  }

  /** Ends the wait of accepted work that was not to start before a time. */
  async makeAvailable(ids: readonly ExecutionId[]): Promise<void> {
    for (const { kind, ...offer } of await this.ledger.makeAvailable(ids)) await this.dispatcher.offerCommitted(kind, [offer]);
  }

  /** queued → running, for the worker of a job. null when it is not queued any more, or past its start deadline. */
  claim(id: ExecutionId, workerId: string): Promise<Execution | null> {
    return this.ledger.claim(id, workerId);
  }

  /** As `claim`, for a worker that does not know whether its first try was carried out: what it holds already is its own. */
  async claimAgain(id: ExecutionId, workerId: string): Promise<Execution | null> {
    return (await this.ledger.claim(id, workerId)) ?? this.ledger.heldBy(id, workerId);
  }

  /** Whether it counts as running though its worker fell silent, or is the one that asks. */
  isAbandoned(id: ExecutionId, askingWorkerId: string): Promise<boolean> {
    return this.ledger.isAbandoned(id, askingWorkerId);
  }

  /**
   * queued or running → final. The slot is freed and the run's further writes are refused after the commit of a transaction, at once
   * without one.
   * @returns null when it had been settled before; the caller then changes nothing
   */
  async settle(sql: Sql | Transaction, id: ExecutionId, settlement: Settlement): Promise<Settled | null> {
    const settled = await this.ledger.settle(sql, id, settlement);
    if (settled) await afterCommit(sql, () => this.dispatcher.settleCommitted(settled.kind, id));
    return settled;
  }

  /** As `settle`, and stops the function wherever it runs. @param reason told to whoever asks why it ended */
  async cancel(sql: Sql | Transaction, id: ExecutionId, reason: string): Promise<boolean> {
    if (!(await this.settle(sql, id, { state: 'cancelled', error: cancelledError(reason) }))) return false;
    await afterCommit(sql, () => this.control.stop(id));
    return true;
  }

  /** Stops the function wherever it runs, without settling it. */
  stop(id: ExecutionId): void {
    this.control.stop(id);
  }

  find(id: ExecutionId): Promise<Execution | null> {
    return this.ledger.find(id);
  }

  /** How an asynchronous action ended: the outcome of the first attempt that succeeded or of the last; null when there is none such. */
  async result(environmentId: EnvironmentId, retryKey: string): Promise<Outcome | 'pending' | null> {
    return attemptsOutcome(await this.ledger.attempts(environmentId, retryKey));
  }

  /** Those of the ids that have ended, and how. */
  async ended(ids: readonly ExecutionId[]): Promise<Map<ExecutionId, Outcome>> {
    const rows = await this.ledger.ended(ids);
    return new Map(rows.map((row) => [row.id, attemptsOutcome([row]) as Outcome]));
  }

  /** The attempts at an asynchronous action, oldest first; none for an id that is unknown in the environment. */
  async attempts(environmentId: EnvironmentId, retryKey: string): Promise<{ id: ExecutionId; state: ExecutionState }[]> {
    return this.ledger.attempts(environmentId, retryKey);
  }

  /** What is to wait for its time is offered when that comes (`Reconciler.offerDue`). */
  async #insert(tx: Transaction, rows: readonly QueuedRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.ledger.insertQueued(tx, rows);
    const ready = rows.filter((row) => row.availableAt === undefined);
    for (const kind of new Set(ready.map((row) => row.kind))) {
      const offers = ready
        .filter((row) => row.kind === kind)
        .map(({ id, environmentId, connectionRowId }) => ({ id, environmentId, connectionRowId }));
      tx.afterCommit(() => this.dispatcher.offerCommitted(kind, offers));
    }
  }
}

async function afterCommit(sql: Sql | Transaction, action: () => Promise<void> | void): Promise<void> {
  if ('afterCommit' in sql) sql.afterCommit(action);
  else await action();
}
