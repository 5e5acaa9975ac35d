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
import { type EnvironmentId, type FunctionId, messageOf } from '#libs/kernel';
import { type OperationEnd, OperationLog } from '#libs/logs';
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
   * Changes an environment, and logs what came of it.
   * @throws AppError `concurrent_deployment`, `file_upload_error`, and what `plan` throws
   */
  async run(caller: Caller, deployment: Deployment): Promise<DeployPlan> {
    try {
      const planned = await this.#change(caller.environmentId, deployment);
      this.#log(caller, summaryOf(planned), { state: 'success' });
      return planned;
    } catch (error) {
      this.#log(caller, {}, { state: 'failed', error: { message: messageOf(error) } });
      throw error;
    }
  }

  /** Code first, under its hash; then everything else in one transaction, so that a deploy happens whole or not at all. */
  #change(environmentId: EnvironmentId, { code, by, plan }: Deployment): Promise<DeployPlan> {
    return this.locks.hold(environmentId, async (lock) => {
      await this.functions.upload(code);
      return this.db.transaction(async (tx) => {
        await this.locks.confirm(tx, lock);
        await this.syncs.hold(tx, environmentId);
        const planned = await plan(await this.functions.lockAll(tx, environmentId), tx);
        await this.#apply(tx, environmentId, planned, by);
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

  #log({ environmentId, environmentName }: Caller, meta: Readonly<Record<string, unknown>>, end: OperationEnd): void {
    const facts = { type: 'deploy', action: 'custom', message: 'deploy', environmentId, environmentName, meta } as const;
    this.operations.start(facts).finish(end);
  }
}

const summaryOf = ({ created, updated, deleted }: DeployPlan) => ({
  created: created.map(({ next }) => fullName(next)),
  updated: updated.map(({ next }) => fullName(next)),
  deleted: deleted.map(fullName),
  restored: updated.flatMap(({ next, restored }) => (restored ? `${fullName(next)}@${restored.version}` : [])),
});

const fullName = ({ providerConfigKey, name }: Pick<DeployedFunction, 'name' | 'providerConfigKey'>): string =>
  `${providerConfigKey}/${name}`;
