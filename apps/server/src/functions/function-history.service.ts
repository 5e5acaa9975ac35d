import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import {
  FunctionVersions,
  type FunctionVersion,
  type FunctionVersionRef,
  type Page,
  type Paging,
  planRollback,
} from '#libs/functions';
import { AppError, type EnvironmentId } from '#libs/kernel';
import { Deployments } from '../deploys/deployments.service.js';
import type { RollBackReply } from './functions.dto.js';
import { type FunctionRef, IntegrationFunctions } from './integration-functions.service.js';

/** The versions of a function, and the way back to one of them. */
@Injectable()
export class FunctionHistory {
  constructor(
    private readonly functions: IntegrationFunctions,
    private readonly versions: FunctionVersions,
    private readonly deployments: Deployments,
  ) {}

  /** Newest first. @throws AppError `not_found`, `ambiguous_function` */
  async page(environmentId: EnvironmentId, uniqueKey: string, ref: FunctionRef, paging: Paging): Promise<Page<FunctionVersion>> {
    const { id } = await this.functions.only(environmentId, uniqueKey, ref);
    return this.versions.page(id, paging);
  }

  /**
   * Under the lock of a deploy, and with what follows from one: syncs are timed anew where the frequency differs.
   * @throws AppError `not_found`, `ambiguous_function`, `concurrent_deployment`
   */
  async rollBack(caller: Caller, uniqueKey: string, ref: FunctionRef, to: FunctionVersionRef): Promise<RollBackReply['data']> {
    const { id, name, type, source } = await this.functions.only(caller.environmentId, uniqueKey, ref);
    const plan = await this.deployments.run(caller, {
      code: [],
      by: { source, sdkVersion: null },
      plan: async (current, tx) => {
        const deployed = current.find((one) => one.id === id);
        if (!deployed) throw new AppError('not_found', `no function ${name}`);
        return planRollback(deployed, await this.versions.restorable(id, to, tx));
      },
    });
    const [planned] = [...plan.updated, ...plan.unchanged];
    return { name, type, version: planned?.version ?? '', restored_from: planned?.restored?.version ?? '' };
  }
}
