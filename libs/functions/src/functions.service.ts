import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Sql, Transaction } from '#libs/database';
import { AppError, type EnvironmentId, type FunctionId, type IntegrationId } from '#libs/kernel';
import { codeKey, ObjectStore } from '#libs/storage';
import type { DeployPlan } from './domain/deploy-plan.js';
import { FunctionsRepository } from './functions.repository.js';
import type { DeployedFunction, FunctionFilters, FunctionSource, FunctionType, Page, Paging } from './functions.types.js';

/** A deploy reaches runs that start in other processes within this time. */
const CACHE_MS = 1_000;
const CACHE_SIZE = 10_000;
/** A project may bring thousands of files: more at once than a process may have open. */
const UPLOADS_AT_ONCE = 16;

/** A function's code, by the SHA-256 hex of its text. */
export const hashOfCode = (code: string): string => createHash('sha256').update(code).digest('hex');

/** Deployed functions and their code (spec/functions.md §1.10). */
@Injectable()
export class Functions {
  readonly #remembered = new LRUCache<string, DeployedFunction>({ max: CACHE_SIZE, ttl: CACHE_MS });

  constructor(
    private readonly functions: FunctionsRepository,
    private readonly store: ObjectStore,
  ) {}

  /** The function as it runs now, null when it is unknown or was removed. Remembered for a second: never change it. */
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

  /** Stores code under its hashes, which it answers; the same code is stored once. @throws AppError `file_upload_error` */
  async upload(texts: Iterable<string>): Promise<void> {
    const distinct = new Map([...texts].map((text) => [hashOfCode(text), text]));
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
    const kept = plan.unchanged.flatMap(({ current }) => (current ? [current.id] : []));
    if (kept.length > 0) await this.functions.setSource(tx, kept, by.source);
    await this.remove(
      tx,
      plan.deleted.map(({ id }) => id),
    );
    return created;
  }

  /** Answers the function as it was, held until the transaction ends. @throws AppError `not_found` when it is gone */
  async setEnabled(tx: Transaction, environmentId: EnvironmentId, id: FunctionId, isEnabled: boolean): Promise<DeployedFunction> {
    const before = await this.functions.lock(tx, environmentId, id);
    if (!before) throw new AppError('not_found', 'the function is gone');
    await this.functions.setEnabled(tx, id, isEnabled);
    tx.afterCommit(() => this.#remembered.clear());
    return before;
  }

  /** Soft-deletes functions; whoever hangs something on them removes it in the same transaction. */
  async remove(tx: Transaction, ids: readonly FunctionId[]): Promise<void> {
    if (ids.length > 0) await this.functions.markDeleted(tx, ids);
    tx.afterCommit(() => this.#remembered.clear());
  }

  /** As `remove`, for all functions of an integration that goes. */
  async removeIntegration(tx: Transaction, integrationId: IntegrationId): Promise<void> {
    await this.functions.markIntegrationDeleted(tx, integrationId);
    tx.afterCommit(() => this.#remembered.clear());
  }

  async #remember(key: string, load: () => Promise<DeployedFunction | null>): Promise<DeployedFunction | null> {
    const known = this.#remembered.get(key);
    if (known) return known;
    const loaded = await load();
    if (loaded) this.#remembered.set(key, loaded);
    return loaded;
  }
}
