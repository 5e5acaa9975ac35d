import { Injectable } from '@nestjs/common';
import { Integrations } from '#libs/credentials';
import { Database } from '#libs/database';
import {
  type DeployedFunction,
  type FunctionFilters,
  Functions,
  type FunctionType,
  type Page,
  type Paging,
} from '#libs/functions';
import { AppError, type EnvironmentId } from '#libs/kernel';
import { Syncs } from '#libs/scheduling';
import type { FunctionCodeReply } from './functions.dto.js';

/** A function as callers name it; the type is needed where several share the name. */
export interface FunctionRef {
  readonly name: string;
  readonly type?: FunctionType | undefined;
}

/** Functions of one integration, as developers look at them (spec/api.md §3.3). */
@Injectable()
export class IntegrationFunctions {
  constructor(
    private readonly db: Database,
    private readonly integrations: Integrations,
    private readonly functions: Functions,
    private readonly syncs: Syncs,
  ) {}

  /** By name. @throws AppError `not_found` */
  async page(
    environmentId: EnvironmentId,
    uniqueKey: string,
    filters: Pick<FunctionFilters, 'type' | 'search'>,
    paging: Paging,
  ): Promise<Page<DeployedFunction>> {
    const { id: integrationId } = await this.integrations.get(environmentId, uniqueKey);
    return this.functions.page(environmentId, { integrationId, ...filters }, paging);
  }

  /** The first of that name. @throws AppError `not_found` */
  async get(environmentId: EnvironmentId, uniqueKey: string, name: string, type?: FunctionType): Promise<DeployedFunction> {
    const [first] = await this.#named(environmentId, uniqueKey, { name, type });
    return first ?? unknown(name);
  }

  /** The one of that name. @throws AppError `not_found`, `ambiguous_function` where several share it */
  async only(environmentId: EnvironmentId, uniqueKey: string, ref: FunctionRef): Promise<DeployedFunction> {
    const [first, ...others] = await this.#named(environmentId, uniqueKey, ref);
    if (!first) return unknown(ref.name);
    if (others.length === 0) return first;
    const matches = [first, ...others].map((one) => ({ type: one.type, name: one.name }));
    throw new AppError('ambiguous_function', `several functions are called ${ref.name}: say which type`, {
      payload: { matches },
    });
  }

  /** @throws AppError `not_found`, `ambiguous_function` */
  async code(environmentId: EnvironmentId, uniqueKey: string, ref: FunctionRef): Promise<FunctionCodeReply> {
    const deployed = await this.only(environmentId, uniqueKey, ref);
    const code = await this.functions.source(deployed);
    if (code === null) throw new AppError('not_found', `the source of ${ref.name} is lost`);
    return { type: deployed.type, code };
  }

  /** Disabling pauses the function's syncs, enabling resumes them. @throws AppError `not_found`, `ambiguous_function` */
  async setEnabled(
    environmentId: EnvironmentId,
    uniqueKey: string,
    ref: FunctionRef,
    isEnabled: boolean,
  ): Promise<DeployedFunction> {
    const { id } = await this.only(environmentId, uniqueKey, ref);
    return this.db.transaction(async (tx) => {
      await this.syncs.hold(tx, environmentId);
      const before = await this.functions.setEnabled(tx, environmentId, id, isEnabled);
      const after = { ...before, enabled: isEnabled };
      if (isEnabled === before.enabled) return after;
      if (isEnabled) await this.syncs.resumeForFunction(tx, after);
      else await this.syncs.suspendForFunction(tx, id);
      return after;
    });
  }

  /** What it leaves behind, records above all, goes in the background. @throws AppError `not_found`, `function_managed_by_deploy` */
  async remove(environmentId: EnvironmentId, uniqueKey: string, name: string, type: FunctionType): Promise<void> {
    const { id, source } = await this.get(environmentId, uniqueKey, name, type);
    if (source === 'repo') {
      throw new AppError(
        'function_managed_by_deploy',
        `${name} came with a deploy and goes with one: remove it from the project`,
      );
    }
    await this.db.transaction(async (tx) => {
      await this.syncs.hold(tx, environmentId);
      await this.syncs.closeForFunction(tx, id);
      await this.functions.remove(tx, [id]);
    });
  }

  async #named(environmentId: EnvironmentId, uniqueKey: string, { name, type }: FunctionRef): Promise<DeployedFunction[]> {
    const { id: integrationId } = await this.integrations.get(environmentId, uniqueKey);
    return this.functions.list(environmentId, { integrationId, type, name });
  }
}

function unknown(name: string): never {
  throw new AppError('not_found', `no function ${name}`);
}
