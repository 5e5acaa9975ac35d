import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import { AppError } from '#libs/kernel';
import { OperationLog } from '#libs/logs';
import { Records } from '#libs/records';
import { datasetOf, SyncCommands, type SyncRef, SyncStatuses, type SyncTarget, SyncTriggers } from '#libs/scheduling';
import { triggerOptionsOf } from './domain/trigger-options.js';
import { SyncScopes } from './sync-scopes.service.js';
import { toSyncStatus } from './sync-status.presenter.js';
import type { CommandSyncs, StatusQuery, SyncStatusObject, TriggerSyncs } from './syncs.dto.js';

type Action = 'request_run' | 'request_run_full' | 'pause' | 'unpause' | 'cancel' | 'create_variant' | 'delete_variant';

const REFUSALS = {
  running: 'the sync runs already, or waits to run',
  queue_full: 'too many syncs of this environment wait already',
  removed: 'the sync was removed',
} as const;

/** Trigger, start, pause, cancel and status of syncs (spec/api.md §3.7). */
@Injectable()
export class SyncRequests {
  constructor(
    private readonly scopes: SyncScopes,
    private readonly commands: SyncCommands,
    private readonly triggers: SyncTriggers,
    private readonly statuses: SyncStatuses,
    private readonly records: Records,
    private readonly operations: OperationLog,
  ) {}

  /** A sync that runs already is left alone: the caller is told of success, the operation log says why nothing began. */
  async trigger(caller: Caller, key: string | undefined, connectionId: string | undefined, body: TriggerSyncs): Promise<void> {
    if (key === undefined) throw new AppError('missing_provider_config_key', 'provider_config_key is missing');
    const scope = await this.scopes.forCommand(caller.environmentId, key, connectionId);
    const options = triggerOptionsOf(body);
    const triggered = await this.triggers.trigger(await this.commands.selectRunnable(scope, body.syncs), options);
    const begun = triggered.flatMap(({ sync, refused }) => (refused ? [] : [sync]));
    if (options.reset) await this.#forgetTracking(begun);
    for (const { sync, refused } of triggered) {
      this.#log(caller, key, options.reset ? 'request_run_full' : 'request_run', sync, refused && REFUSALS[refused]);
    }
  }

  async start(caller: Caller, body: CommandSyncs): Promise<void> {
    const targets = await this.commands.selectRunnable(await this.#scopeOf(caller, body), body.syncs);
    await this.commands.start(targets);
    for (const sync of targets) this.#log(caller, body.provider_config_key, 'unpause', sync);
  }

  async pause(caller: Caller, body: CommandSyncs): Promise<void> {
    const targets = await this.commands.select(await this.#scopeOf(caller, body), body.syncs);
    await this.commands.pause(targets);
    for (const sync of targets) this.#log(caller, body.provider_config_key, 'pause', sync);
  }

  /** A sync that does not run is left alone: the operation log says so. */
  async cancel(caller: Caller, body: CommandSyncs): Promise<void> {
    const targets = await this.commands.select(await this.#scopeOf(caller, body), body.syncs);
    const ended = new Set(await this.triggers.cancel(targets, 'the run was cancelled by request'));
    for (const sync of targets) {
      this.#log(caller, body.provider_config_key, 'cancel', sync, ended.has(sync) ? null : 'no run of the sync is on');
    }
  }

  /** @throws AppError `invalid_body` when integration or connection are unknown */
  async status({ environmentId }: Caller, query: StatusQuery): Promise<SyncStatusObject[]> {
    const scope = await this.scopes.find(environmentId, query.provider_config_key, query.connection_id);
    if (!scope) throw new AppError('invalid_body', 'no such integration or connection');
    const syncs = await this.statuses.of(scope, query.syncs);
    const connections = [...new Set(syncs.map(({ connectionRowId }) => connectionRowId))];
    const counts = Map.groupBy(await this.records.counts(...connections), ({ connectionId }) => connectionId);
    return syncs.map((sync) => toSyncStatus(sync, counts.get(sync.connectionRowId) ?? []));
  }

  async createVariant(caller: Caller, key: string, connectionId: string, ref: SyncRef): Promise<string> {
    const scope = await this.scopes.ofConnection(caller.environmentId, key, connectionId);
    const id = await this.commands.createVariant(scope, ref);
    this.#log(caller, key, 'create_variant', { ...ref, id });
    return id;
  }

  async deleteVariant(caller: Caller, key: string, connectionId: string, ref: SyncRef): Promise<void> {
    const scope = await this.scopes.ofConnection(caller.environmentId, key, connectionId);
    await this.commands.deleteVariant(scope, ref);
    this.#log(caller, key, 'delete_variant', ref);
  }

  #scopeOf({ environmentId }: Caller, body: CommandSyncs): ReturnType<SyncScopes['forCommand']> {
    return this.scopes.forCommand(environmentId, body.provider_config_key, body.connection_id);
  }

  /** A deletion tracking that a cancelled run left open must not reach into the new one. */
  #forgetTracking(syncs: readonly SyncTarget[]): Promise<void> {
    const datasets = syncs.flatMap(({ connectionRowId: connectionId, models, variant }) =>
      models.map((model) => ({ connectionId, model: datasetOf(model, variant) })),
    );
    return this.records.resetTracking(datasets);
  }

  #log(
    caller: Caller,
    integrationName: string,
    action: Action,
    sync: SyncRef & Partial<Pick<SyncTarget, 'id' | 'connectionRowId'>>,
    refusal: string | null = null,
  ): void {
    const operation = this.operations.start({
      type: 'sync',
      action,
      message: `${action} of ${sync.name}`,
      environmentId: caller.environmentId,
      environmentName: caller.environmentName,
      integrationName,
      connectionRowId: sync.connectionRowId,
      functionName: sync.name,
      syncId: sync.id,
      meta: { variant: sync.variant },
    });
    operation.finish(refusal === null ? { state: 'success' } : { state: 'failed', error: { message: refusal } });
  }
}
