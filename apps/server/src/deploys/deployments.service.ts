import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import { Database, type Transaction } from '#libs/database';
import {
  type DeployedFunction,
  DeployLocks,
  type DeployPlan,
  Functions,
  type FunctionSource,
  type PlannedFunction,
} from '#libs/functions';
import type { EnvironmentId, FunctionId } from '#libs/kernel';
import { OperationLog } from '#libs/logs';
import { type SyncFunction, Syncs } from '#libs/scheduling';

/** A change of what runs in an environment. */
export interface Deployment {
  /** Every text of code it brings. */
  readonly code: readonly string[];
  readonly by: { readonly source: FunctionSource; readonly sdkVersion: string | null };
  /** Decides on what runs now, which is held until the change is done. */
  readonly plan: (current: readonly DeployedFunction[], tx: Transaction) => DeployPlan | Promise<DeployPlan>;
}

/** The one way functions come, change and go by a deploy: CLI, bundle or roll back (spec/functions.md §1.10). */
@Injectable()
export class Deployments {
  constructor(
    private readonly db: Database,
    private readonly functions: Functions,
    private readonly locks: DeployLocks,
    private readonly syncs: Syncs,
    private readonly operations: OperationLog,
  ) {}

  /**
   * Code first, under its hash; then everything else in one transaction, so that a deploy happens whole or not at all.
   * @throws AppError `concurrent_deployment`, `file_upload_error`, and what `plan` throws
   */
  run(caller: Caller, { code, by, plan }: Deployment): Promise<DeployPlan> {
    const { environmentId } = caller;
    return this.locks.hold(environmentId, async (lock) => {
      await this.functions.upload(code);
      return this.db.transaction(async (tx) => {
        await this.locks.confirm(tx, lock);
        await this.syncs.hold(tx, environmentId);
        const planned = await plan(await this.functions.lockAll(tx, environmentId), tx);
        await this.#apply(tx, environmentId, planned, by);
        tx.afterCommit(() => this.#log(caller, planned));
        return planned;
      });
    });
  }

  async #apply(tx: Transaction, environmentId: EnvironmentId, plan: DeployPlan, by: Deployment['by']): Promise<void> {
    for (const { id } of plan.deleted) await this.syncs.closeForFunction(tx, id);
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
        restored: plan.updated.flatMap(({ next, restored }) => (restored ? `${fullName(next)}@${restored.version}` : [])),
      },
    });
    operation.finish({ state: 'success' });
  }
}

const fullName = ({ providerConfigKey, name }: Pick<DeployedFunction, 'name' | 'providerConfigKey'>): string =>
  `${providerConfigKey}/${name}`;
