import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Environments } from '#libs/accounts';
import { Invalidations, type Tag, tagOf } from '#libs/cache';
import type { ExecuteRequest } from '#libs/contracts';
import type { EnvironmentId } from '#libs/kernel';
import type { SchemaChecks } from '../schemas/domain/checked-schema.js';
import { loggerLevel } from './domain/logger-level.js';

/** A change reaches runs that start within this time, where it is not heard of at once. */
const CACHE_MS = 5_000;
const ENVIRONMENT = tagOf('environment', '');
const EVERYTHING: Tag = '*';
const ENVIRONMENTS_KEPT = 1_000;

export interface EnvironmentFacts {
  readonly accountId: number;
  readonly name: string;
  readonly loggerLevel: ExecuteRequest['context']['loggerLevel'];
  readonly schemaChecks: SchemaChecks;
}

/** What a run must know of its environment; remembered for a moment. */
@Injectable()
export class EnvironmentReader {
  readonly #known = new LRUCache<EnvironmentId, EnvironmentFacts>({
    max: ENVIRONMENTS_KEPT,
    ttl: CACHE_MS,
    fetchMethod: (id) => this.#read(id),
  });

  constructor(
    private readonly environments: Environments,
    private readonly changes: Invalidations,
  ) {
    this.changes.subscribe((tag) => this.#forget(tag));
    this.changes.open();
  }

  async get(id: EnvironmentId): Promise<EnvironmentFacts> {
    return (await this.#known.fetch(id)) ?? this.#read(id);
  }

  #forget(changed: Tag): void {
    if (changed === EVERYTHING) this.#known.clear();
    else if (changed.startsWith(ENVIRONMENT)) this.#known.delete(Number(changed.slice(ENVIRONMENT.length)));
  }

  async #read(id: EnvironmentId): Promise<EnvironmentFacts> {
    const [{ accountId, name, functionSchemaChecks }, variables] = await Promise.all([
      this.environments.get(id),
      this.environments.variables(id),
    ]);
    return { accountId, name, loggerLevel: loggerLevel(variables), schemaChecks: functionSchemaChecks };
  }
}
