import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Invalidations, RememberedRows, tagOf } from '#libs/cache';
import type { Sql, Transaction } from '#libs/database';
import { AppError, type EnvironmentId, type FunctionId, type IntegrationId } from '#libs/kernel';
import { codeKey, ObjectStore } from '#libs/storage';
import { CondemnedCodeRepository } from './condemned-code.repository.js';
import type { DeployPlan } from './domain/deploy-plan.js';
import { FunctionsRepository } from './functions.repository.js';
import type { DeployedFunction, FunctionFilters, FunctionSource, FunctionType, Page, Paging } from './functions.types.js';

const FUNCTIONS_KEPT = 10_000;
/** A project may bring thousands of files: more at once than a process may have open. */
const UPLOADS_AT_ONCE = 16;

/** A function's code, by the SHA-256 hex of its text. */
export const hashOfCode = (code: string): string => createHash('sha256').update(code).digest('hex');

/** Deployed functions and their code (spec/functions.md §1.10). */
@Injectable()
export class Functions {
  readonly #remembered: RememberedRows<DeployedFunction>;

  constructor(
    private readonly functions: FunctionsRepository,
    private readonly condemned: CondemnedCodeRepository,
    private readonly store: ObjectStore,
    private readonly changes: Invalidations,
  ) {
    this.#remembered = new RememberedRows(changes, {
      max: FUNCTIONS_KEPT,
      dependsOn: ({ id, integrationId }) => [tagOf('function', id), tagOf('integration', integrationId)],
    });
  }

  /** The function as it runs now, null when it is unknown or was removed. Remembered until it changes: never change it yourself. */
  byId(environmentId: EnvironmentId, functionId: FunctionId): Promise<DeployedFunction | null> {
    return this.#remember(`${environmentId}/${functionId}`, () => this.functions.byId(environmentId, functionId));
  }

  /** As `byId`, by what names it. */
  find(
    environmentId: EnvironmentId,
    integrationId: IntegrationId,
    type: FunctionType,
    name: string,
  ): Promise<DeployedFunction | null> {
    return this.#remember(`${environmentId}/${integrationId}/${type}/${name}`, async () => {
      const [found] = await this.functions.list(environmentId, { integrationId, type, name });
      return found ?? null;
    });
  }

  /** Not remembered; by name. @param on a transaction that must see its own changes, or be held up by others' */
  list(environmentId: EnvironmentId, filters: FunctionFilters = {}, on?: Sql): Promise<DeployedFunction[]> {
    return this.functions.list(environmentId, filters, on);
  }

  /** As `list`, a slice of it. */
  async page(environmentId: EnvironmentId, filters: FunctionFilters, paging: Paging): Promise<Page<DeployedFunction>> {
    const [items, total] = await Promise.all([
      this.functions.page(environmentId, filters, paging),
      this.functions.count(environmentId, filters),
    ]);
    return { items, total };
  }

  /** The TypeScript source, null when the object store has lost it. */
  source({ sourceHash }: DeployedFunction): Promise<string | null> {
    return this.store.get(codeKey(sourceHash));
  }

  /** Stores code under its hashes; the same code is stored once. @throws AppError `file_upload_error` */
  async upload(texts: Iterable<string>): Promise<void> {
    const distinct = new Map([...texts].map((text) => [hashOfCode(text), text]));
    // Before it is stored: were it removed this moment, it is stored again.
    await this.condemned.acquit([...distinct.keys()]);
    const waiting = [...distinct];
    const uploadNext = async (): Promise<void> => {
      for (let next = waiting.pop(); next; next = waiting.pop()) await this.store.put(codeKey(next[0]), next[1]);
    };
    await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, uploadNext));
  }

  /** All functions of the environment, held until the transaction ends: what a deploy is planned on. */
  lockAll(tx: Transaction, environmentId: EnvironmentId): Promise<DeployedFunction[]> {
    return this.functions.lockAll(tx, environmentId);
  }

  /** Writes what a plan changes. Answers the ids of created functions, in the plan's order. The code must be stored already. */
  async apply(
    tx: Transaction,
    environmentId: EnvironmentId,
    plan: DeployPlan,
    by: { readonly source: FunctionSource; readonly sdkVersion: string | null },
  ): Promise<FunctionId[]> {
    const created: FunctionId[] = [];
    for (const planned of plan.created) {
      created.push(await this.functions.save(tx, environmentId, planned, by.source, by.sdkVersion));
    }
    for (const planned of plan.updated) await this.functions.save(tx, environmentId, planned, by.source, by.sdkVersion);
    const kept = idsOf(plan.unchanged);
    if (kept.length > 0) await this.functions.setSource(tx, kept, by.source);
    const deleted = plan.deleted.map(({ id }) => id);
    await this.remove(tx, deleted);
    this.#tell(tx, [...idsOf(plan.updated), ...kept]);
    return created;
  }

  /** Answers the function as it was, held until the transaction ends. @throws AppError `not_found` when it is gone */
  async setEnabled(tx: Transaction, environmentId: EnvironmentId, id: FunctionId, isEnabled: boolean): Promise<DeployedFunction> {
    const before = await this.functions.lock(tx, environmentId, id);
    if (!before) throw new AppError('not_found', 'the function is gone');
    await this.functions.setEnabled(tx, id, isEnabled);
    this.#tell(tx, [id]);
    return before;
  }

  /** Soft-deletes functions; whoever hangs something on them removes it in the same transaction. */
  async remove(tx: Transaction, ids: readonly FunctionId[]): Promise<void> {
    if (ids.length > 0) await this.functions.markDeleted(tx, ids);
    this.#tell(tx, ids);
  }

  /** As `remove`, for all functions of an integration that goes. */
  async removeIntegration(tx: Transaction, integrationId: IntegrationId): Promise<void> {
    this.#tell(tx, await this.functions.markIntegrationDeleted(tx, integrationId));
  }

  /** What is unknown is not remembered: it may be deployed the next moment. */
  async #remember(name: string, load: () => Promise<DeployedFunction | null>): Promise<DeployedFunction | null> {
    try {
      return await this.#remembered.get(name, async () => (await load()) ?? Promise.reject(UNKNOWN));
    } catch (error) {
      if (error === UNKNOWN) return null;
      throw error;
    }
  }

  /** All processes, once it is so. */
  #tell(tx: Transaction, ids: readonly FunctionId[]): void {
    tx.afterCommit(() => {
      for (const id of ids) this.changes.publish('function', id);
    });
  }
}

const UNKNOWN = new Error('there is no such function');

const idsOf = (planned: DeployPlan['updated']): FunctionId[] => planned.flatMap(({ current }) => (current ? [current.id] : []));
