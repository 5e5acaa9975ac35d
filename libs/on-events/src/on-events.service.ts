import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { FunctionError, Outcome } from '#libs/contracts';
import type { ConnectionRef } from '#libs/credentials';
import { Database, type Sql, type Transaction } from '#libs/database';
import {
  Executions,
  expiredError,
  failedOutcome,
  LIMITS,
  type NewExecution,
  operationEndOf,
  settlementOf,
} from '#libs/executions';
import { type DeployedFunction, Functions } from '#libs/functions';
import { backoffMs, type ExecutionId } from '#libs/kernel';
import { OperationLog } from '#libs/logs';
import type { ConnectionEvent, EventScope } from './on-events.types.js';

const LOOKS = { baseMs: 20, factor: 1.4, maxMs: 500 };
/** The sweep ends what is overdue; who waits does so itself when even that is away. */
const GRACE_MS = 10_000;
const KIND = 'on-event';

/** Runs functions when something happens to a connection (spec/functions.md §1.4, limits §4.1). */
@Injectable()
export class OnEvents {
  constructor(
    private readonly db: Database,
    private readonly executions: Executions,
    private readonly functions: Functions,
    private readonly operations: OperationLog,
  ) {}

  /** The functions that run on an event, by name; without those that are disabled. */
  async functionsOf({ environmentId, integrationId }: EventScope, event: ConnectionEvent, on?: Sql): Promise<DeployedFunction[]> {
    const all = await this.functions.list(environmentId, { integrationId, type: KIND }, on);
    return all.filter(({ enabled, definition }) => enabled && definition.event === event);
  }

  /** Accepts a run of each function with the caller's transaction. @param availableAt not to start before */
  accept(
    tx: Transaction,
    ref: ConnectionRef,
    functions: readonly DeployedFunction[],
    availableAt?: Date,
  ): Promise<ExecutionId[]> {
    const { environmentId, id: connectionRowId } = ref;
    const runs = functions.map((fn): NewExecution => {
      return { kind: KIND, environmentId, connectionRowId, functionId: fn.id, operationId: this.#open(ref, fn), availableAt };
    });
    return this.executions.submitMany(tx, runs);
  }

  /** Runs all functions of an event side by side and waits for their end. Answers why the first by name failed, if one did. */
  async run(ref: ConnectionRef, event: ConnectionEvent): Promise<FunctionError | undefined> {
    const functions = await this.functionsOf(ref, event);
    if (functions.length === 0) return undefined;
    const ids = await this.db.transaction((tx) => this.accept(tx, ref, functions));
    const outcomes = await this.#ends(ids);
    const failed = outcomes.find((outcome) => outcome.status === 'failed');
    return failed?.error;
  }

  /** Settles a run and ends its operation. @returns false when it had been settled before */
  async finish(id: ExecutionId, outcome: Outcome, state = settlementOf(outcome).state): Promise<boolean> {
    const execution = await this.executions.find(id);
    if (execution?.kind !== KIND) return false;
    // What such a function returns is for nobody.
    const { error } = settlementOf(outcome);
    if (!(await this.executions.settle(this.db, id, { state, output: null, error }))) return false;
    const { operationId } = execution;
    if (operationId) this.operations.finish(operationId, operationEndOf(outcome));
    return true;
  }

  #open(ref: ConnectionRef, fn: DeployedFunction): string {
    const event = String(fn.definition.event);
    return this.operations.start({
      type: 'events',
      action: event.replaceAll('-', '_'),
      message: `${event} function ${fn.name}`,
      environmentId: ref.environmentId,
      integrationName: ref.providerConfigKey,
      provider: ref.provider,
      connectionRowId: ref.id,
      connectionName: ref.connectionId,
      functionName: fn.name,
    }).id;
  }

  /** In the order of the ids. */
  async #ends(ids: readonly ExecutionId[]): Promise<Outcome[]> {
    const { startWithinMs, runWithinMs } = LIMITS[KIND];
    const giveUpAt = Date.now() + startWithinMs + runWithinMs + GRACE_MS;
    for (let looks = 0; ; looks += 1) {
      const ended = await this.executions.ended(ids);
      const outcomes = ids.map((id) => ended.get(id)).filter((outcome) => outcome !== undefined);
      if (outcomes.length === ids.length) return outcomes;
      if (Date.now() > giveUpAt) await this.#giveUp(ids.filter((id) => !ended.has(id)));
      await delay(backoffMs(looks, LOOKS));
    }
  }

  async #giveUp(ids: readonly ExecutionId[]): Promise<void> {
    for (const id of ids) {
      const error = expiredError(id, 'startedToCompletedTimeoutSecs_exceeded', KIND);
      if (await this.finish(id, failedOutcome(error), 'expired')) this.executions.stop(id);
    }
  }
}
