import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import { Integrations } from '#libs/credentials';
import { Database, type Transaction } from '#libs/database';
import { DeployLocks, type DeployPlan, Functions, planDeploy, type PlannedFunction } from '#libs/functions';
import type { EnvironmentId, FunctionId } from '#libs/kernel';
import { OperationLog } from '#libs/logs';
import { type SyncFunction, Syncs } from '#libs/scheduling';
import type { ConfirmDeploy, DeployConfirmation, DeployReply } from './deploys.dto.js';
import { toConfirmation } from './domain/confirmation.js';
import { codeOf, coversOnEvents, incomingFunctions, type IntegrationIds, modeOf } from './domain/deploy-request.js';

/** Brings functions in (spec/functions.md §1.10). */
@Injectable()
export class Deploys {
  constructor(
    private readonly db: Database,
    private readonly integrations: Integrations,
    private readonly functions: Functions,
    private readonly locks: DeployLocks,
    private readonly syncs: Syncs,
    private readonly operations: OperationLog,
  ) {}

  /** What the same body would change, deployed now. */
  async preview({ environmentId }: Caller, body: ConfirmDeploy): Promise<DeployConfirmation> {
    const plan = planOf(body, await this.#integrationIds(environmentId), await this.functions.list(environmentId));
    return toConfirmation(plan, {
      byFunction: await this.syncs.countByFunction(environmentId),
      byIntegration: await this.syncs.countConnections(environmentId),
    });
  }

  /**
   * Code first, under its hash; then everything else in one transaction, so that a deploy happens whole or not at all.
   * @throws AppError `unknown_provider_config` (400), `concurrent_deployment`, `file_upload_error`
   */
  async deploy(caller: Caller, body: ConfirmDeploy): Promise<DeployReply> {
    const { environmentId } = caller;
    const integrations = await this.#integrationIds(environmentId);
    incomingFunctions(body, integrations);
    return this.locks.hold(environmentId, async (lock) => {
      await this.functions.upload(codeOf(body));
      return this.db.transaction(async (tx) => {
        await this.locks.confirm(tx, lock);
        await this.syncs.hold(tx, environmentId);
        const plan = planOf(body, integrations, await this.functions.lockAll(tx, environmentId));
        await this.#apply(tx, environmentId, plan, body);
        tx.afterCommit(() => this.#log(caller, plan));
        return replyOf(plan);
      });
    });
  }

  async #apply(tx: Transaction, environmentId: EnvironmentId, plan: DeployPlan, body: ConfirmDeploy): Promise<void> {
    for (const { id } of plan.deleted) await this.syncs.closeForFunction(tx, id);
    const by = { source: body.source ?? 'repo', sdkVersion: body.sdkVersion ?? null } as const;
    const ids = await this.functions.apply(tx, environmentId, plan, by);
    for (const [at, { next }] of plan.created.entries()) {
      await this.syncs.openForFunction(tx, { ...next, id: ids[at] as FunctionId, enabled: true });
    }
    for (const planned of [...plan.updated, ...plan.unchanged]) await this.#refresh(tx, planned);
  }

  /** A function that stays: connections that lack its sync get one, and syncs follow its frequency. */
  async #refresh(tx: Transaction, { next, current }: PlannedFunction): Promise<void> {
    if (!current || current.type !== 'sync') return;
    const after: SyncFunction = { ...next, id: current.id, enabled: current.enabled };
    await this.syncs.openForFunction(tx, after);
    if (next.definition.runs !== current.definition.runs) await this.syncs.retimeForFunction(tx, after);
  }

  async #integrationIds(environmentId: EnvironmentId): Promise<IntegrationIds> {
    const integrations = await this.integrations.list(environmentId);
    return new Map(integrations.map(({ uniqueKey, id }) => [uniqueKey, id]));
  }

  #log({ environmentId, environmentName }: Caller, plan: DeployPlan): void {
    const operation = this.operations.start({
      type: 'deploy',
      action: 'custom',
      message: 'deploy',
      environmentId,
      environmentName,
      meta: {
        created: plan.created.map(({ next }) => fullName(next)),
        updated: plan.updated.map(({ next }) => fullName(next)),
        deleted: plan.deleted.map(fullName),
      },
    });
    operation.finish({ state: 'success' });
  }
}

const fullName = ({ providerConfigKey, name }: Pick<SyncFunction, 'name'> & { readonly providerConfigKey: string }): string =>
  `${providerConfigKey}/${name}`;

const planOf = (body: ConfirmDeploy, integrations: IntegrationIds, current: Parameters<typeof planDeploy>[1]): DeployPlan =>
  planDeploy(
    { mode: modeOf(body), functions: incomingFunctions(body, integrations), coversOnEvents: coversOnEvents(body) },
    current,
  );

/** Every function the body brought, changed or not: an empty list reads as "everything was removed". */
const replyOf = ({ created, updated, unchanged }: DeployPlan): DeployReply =>
  [...created, ...updated, ...unchanged].map(({ next, version }) => ({
    name: next.name,
    providerConfigKey: next.providerConfigKey,
    models: next.type === 'on-event' ? [] : [...next.definition.models],
    version,
    type: next.type,
  }));
