import { Injectable } from '@nestjs/common';
import { Integrations } from '#libs/credentials';
import { Database } from '#libs/database';
import { type DeployedFunction, Functions, type FunctionType } from '#libs/functions';
import { AppError, type EnvironmentId } from '#libs/kernel';
import { Syncs } from '#libs/scheduling';
import type { FunctionCodeReply } from './functions.dto.js';

/** Functions of one integration, as developers look at them (spec/api.md §3.3). */
@Injectable()
export class IntegrationFunctions {
  constructor(
    private readonly db: Database,
    private readonly integrations: Integrations,
    private readonly functions: Functions,
    private readonly syncs: Syncs,
  ) {}

  /** By name. @param search part of the name, in any case. @throws AppError `not_found` */
  async list(environmentId: EnvironmentId, uniqueKey: string, type?: FunctionType, search = ''): Promise<DeployedFunction[]> {
    const { id: integrationId } = await this.integrations.get(environmentId, uniqueKey);
    const all = await this.functions.list(environmentId, { integrationId, type });
    return all.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()));
  }

  /** The first of that name. @throws AppError `not_found` */
  async get(environmentId: EnvironmentId, uniqueKey: string, name: string, type?: FunctionType): Promise<DeployedFunction> {
    const [first] = await this.#named(environmentId, uniqueKey, name, type);
    return first ?? unknown(name);
  }

  /** @throws AppError `not_found`, `ambiguous_function` where several share the name */
  async code(environmentId: EnvironmentId, uniqueKey: string, name: string, type?: FunctionType): Promise<FunctionCodeReply> {
    const [first, ...others] = await this.#named(environmentId, uniqueKey, name, type);
    if (!first) return unknown(name);
    if (others.length > 0) {
      const matches = [first, ...others].map((one) => ({ type: one.type, name: one.name }));
      throw new AppError('ambiguous_function', `several functions are called ${name}: say which type`, { payload: { matches } });
    }
    const code = await this.functions.source(first);
    if (code === null) throw new AppError('not_found', `the source of ${name} is lost`);
    return { type: first.type, code };
  }

  /** @throws AppError `not_found`, `function_managed_by_deploy` */
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

  async #named(environmentId: EnvironmentId, uniqueKey: string, name: string, type?: FunctionType): Promise<DeployedFunction[]> {
    const { id: integrationId } = await this.integrations.get(environmentId, uniqueKey);
    return this.functions.list(environmentId, { integrationId, type, name });
  }
}

function unknown(name: string): never {
  throw new AppError('not_found', `no function ${name}`);
}
