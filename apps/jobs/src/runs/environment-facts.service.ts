import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Environments } from '#libs/accounts';
import type { ExecuteRequest } from '#libs/contracts';
import type { EnvironmentId } from '#libs/kernel';
import { loggerLevel } from './domain/logger-level.js';

/** A changed variable or name reaches runs that start within this time. */
const CACHE_MS = 5_000;
const ENVIRONMENTS_KEPT = 1_000;

export interface EnvironmentFacts {
  readonly accountId: number;
  readonly name: string;
  readonly loggerLevel: ExecuteRequest['context']['loggerLevel'];
}

/** What a run must know of its environment; remembered for a moment. */
@Injectable()
export class EnvironmentReader {
  readonly #known = new LRUCache<EnvironmentId, EnvironmentFacts>({
    max: ENVIRONMENTS_KEPT,
    ttl: CACHE_MS,
    fetchMethod: (id) => this.#read(id),
  });

  constructor(private readonly environments: Environments) {}

  async get(id: EnvironmentId): Promise<EnvironmentFacts> {
    return (await this.#known.fetch(id)) ?? this.#read(id);
  }

  async #read(id: EnvironmentId): Promise<EnvironmentFacts> {
    const [{ accountId, name }, variables] = await Promise.all([this.environments.get(id), this.environments.variables(id)]);
    return { accountId, name, loggerLevel: loggerLevel(variables) };
  }
}
