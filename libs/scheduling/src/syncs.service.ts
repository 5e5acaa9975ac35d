import { Injectable } from '@nestjs/common';
import { Checkpoints } from '#libs/checkpoints';
import type { Transaction } from '#libs/database';
import { Executions } from '#libs/executions';
import { type DeployedFunction, Functions } from '#libs/functions';
import type { ConnectionRowId, EnvironmentId, FunctionId, IntegrationId, SyncId } from '#libs/kernel';
import { OperationLog } from '#libs/logs';
import { checkpointKeysOf } from './domain/checkpoint-keys.js';
import { timingOf } from './domain/timing.js';
import { type HeldSync, type Openable, SyncsRepository } from './syncs.repository.js';

/**
 * Syncs come and go with connections and functions: every connection has one for each enabled sync function of its integration
 * (spec/engine.md §2.2). All methods with a transaction take part in it.
 */
@Injectable()
export class Syncs {
  constructor(
    private readonly syncs: SyncsRepository,
    private readonly functions: Functions,
    private readonly executions: Executions,
    private readonly operations: OperationLog,
    private readonly checkpoints: Checkpoints,
  ) {}

  /**
   * Keeps connections of the environment from coming into being until the transaction ends, so that a function that comes or goes
   * misses none. First statement of a transaction that does so, before it touches functions or syncs.
   */
  hold(tx: Transaction, environmentId: EnvironmentId): Promise<void> {
    return this.syncs.lockIntegrations(tx, environmentId);
  }

  /** For a connection that came into being; its integration's row must be locked at least FOR SHARE. */
  async openForConnection(
    tx: Transaction,
    connection: {
      readonly environmentId: EnvironmentId;
      readonly connectionRowId: ConnectionRowId;
      readonly integrationId: IntegrationId;
    },
  ): Promise<void> {
    const { environmentId, integrationId, connectionRowId } = connection;
    const functions = await this.functions.list(environmentId, { integrationId, type: 'sync' }, tx);
    for (const one of functions) {
      if (one.enabled) await this.syncs.open(tx, openableOf(one), connectionRowId);
    }
  }

  /**
   * For a connection that somebody authenticated anew: syncs that are missing are opened, and those whose latest run failed run at once.
   * What a user paused stays paused. Its integration's row must be locked at least FOR SHARE.
   */
  async reviveForConnection(tx: Transaction, connection: Parameters<Syncs['openForConnection']>[1]): Promise<void> {
    await this.syncs.holdOfConnection(tx, connection.connectionRowId);
    await this.syncs.hurryFailed(tx, connection.connectionRowId);
    await this.openForConnection(tx, connection);
  }

  /** For a function that was deployed, on every connection of its integration; nothing for other types and disabled ones. After `hold`. */
  async openForFunction(tx: Transaction, deployed: SyncFunction): Promise<void> {
    if (deployed.type !== 'sync' || !deployed.enabled) return;
    await this.syncs.open(tx, openableOf(deployed), null);
  }

  /** Removes the syncs of a connection that goes, and cancels what runs. */
  async closeForConnection(tx: Transaction, connectionRowId: ConnectionRowId): Promise<void> {
    await this.#close(tx, await this.syncs.holdOfConnection(tx, connectionRowId), 'the connection was deleted');
  }

  /** Removes the syncs of a function that goes, and cancels what runs. After `hold`. */
  async closeForFunction(tx: Transaction, functionId: FunctionId): Promise<void> {
    await this.#close(tx, await this.syncs.holdOfFunction(tx, functionId), 'the function was removed');
  }

  /** Removes one sync, and cancels what runs. */
  async closeOne(tx: Transaction, syncId: SyncId, reason: string): Promise<void> {
    await this.#close(tx, await this.syncs.holdSome(tx, [syncId]), reason);
  }

  /** Gives a function's new frequency to the syncs that follow it: the base variant, where the connection has none of its own. */
  async retimeForFunction(tx: Transaction, deployed: SyncFunction): Promise<void> {
    await this.syncs.holdOfFunction(tx, deployed.id);
    await this.syncs.retimeOfFunction(tx, deployed.id, timingOf(deployed.definition).frequencyMs);
  }

  /** Pauses the syncs of a function that was disabled; what runs goes on to its end. After `hold`. */
  async suspendForFunction(tx: Transaction, functionId: FunctionId): Promise<void> {
    await this.syncs.suspend(tx, idsOf(await this.syncs.holdOfFunction(tx, functionId)));
  }

  /** Opens the syncs of a function that was enabled where there are none yet, and starts those that rested with it. After `hold`. */
  async resumeForFunction(tx: Transaction, deployed: SyncFunction): Promise<void> {
    await this.openForFunction(tx, deployed);
    await this.syncs.resume(tx, idsOf(await this.syncs.holdOfFunction(tx, deployed.id)));
  }

  /** How many connections have each sync function, by function id. */
  countByFunction(environmentId: EnvironmentId): Promise<Map<FunctionId, number>> {
    return this.syncs.countByFunction(environmentId);
  }

  /** How many connections each integration has, by integration id: a new sync function opens a sync on each. */
  countConnections(environmentId: EnvironmentId): Promise<Map<IntegrationId, number>> {
    return this.syncs.countConnections(environmentId);
  }

  async #close(tx: Transaction, held: readonly HeldSync[], reason: string): Promise<void> {
    const operations = await this.syncs.close(tx, idsOf(held));
    for (const { executionId } of held) {
      if (executionId) await this.executions.cancel(tx, executionId, reason);
    }
    // After the runs, as runs that save a checkpoint hold theirs first.
    await this.checkpoints.resetAll(tx, held.flatMap(checkpointsOf));
    tx.afterCommit(() => {
      for (const id of operations) this.operations.finish(id, { state: 'cancelled', error: { message: reason } });
    });
  }
}

const idsOf = (held: readonly HeldSync[]): SyncId[] => held.map(({ id }) => id);

/** A sync of the same name that comes later begins at the beginning. */
const checkpointsOf = ({ environmentId, connectionRowId, name, variant, models }: HeldSync) =>
  checkpointKeysOf(name, variant, models).map((key) => ({ environmentId, connectionId: connectionRowId, key }));

/** What of a function its syncs depend on. */
export type SyncFunction = Pick<DeployedFunction, 'id' | 'type' | 'name' | 'enabled' | 'integrationId' | 'definition'>;

const openableOf = ({ id, name, integrationId, definition }: SyncFunction): Openable => ({
  functionId: id,
  name,
  integrationId,
  ...timingOf(definition),
});
