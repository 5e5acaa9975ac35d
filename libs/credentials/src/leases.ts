import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AuthModes, dueAt } from '#libs/auth-modes';
import type { ConnectionLease } from '#libs/contracts';
import { AppError, type ConnectionRowId, type EnvironmentId } from '#libs/kernel';
import { Catalogue, type Provider } from '#libs/providers';
import { ConnectionReads, type Snapshot } from './connection-reads.repository.js';
import type { Connection, ConnectionRef, Integration } from './credentials.types.js';
import { toLease } from './lease.presenter.js';

/** A change made by another replica is seen within this time; one made here at once. */
const CACHE_MS = 1_000;
const CONNECTIONS_KEPT = 10_000;
/** Of all that is kept, as JSON: what a provider answered is kept with its token, and how much it answers is up to the provider. */
const CHARACTERS_KEPT = 64 * 1024 * 1024;

/** Which connection: by its names, or by its row. */
export type LeaseKey =
  | { readonly environmentId: EnvironmentId; readonly providerConfigKey: string; readonly connectionId: string }
  | { readonly environmentId: EnvironmentId; readonly rowId: ConnectionRowId };

/** A connection as hot paths read it, with the lease made of it. Shared by readers: never change it. */
export interface CachedConnection {
  readonly integration: Integration;
  readonly connection: Connection;
  readonly lease: ConnectionLease;
  /** Until when, in milliseconds, nobody need ask whether the credentials must be renewed. */
  readonly usableUntil: number;
}

const textOfNames = (environmentId: EnvironmentId, providerConfigKey: string, connectionId: string): string =>
  `${environmentId}:${providerConfigKey}\n${connectionId}`;

const textOf = (key: LeaseKey): string =>
  'rowId' in key ? `#${key.environmentId}:${key.rowId}` : textOfNames(key.environmentId, key.providerConfigKey, key.connectionId);

/** Connections in memory for a moment, so that a busy one costs no statement; concurrent misses share one read. */
@Injectable()
export class Leases {
  readonly #cache = new LRUCache<string, CachedConnection>({
    max: CONNECTIONS_KEPT,
    ttl: CACHE_MS,
    maxSize: CHARACTERS_KEPT,
    sizeCalculation: ({ lease }) => JSON.stringify(lease.connection).length,
  });
  readonly #reads = new Map<string, Promise<CachedConnection>>();

  constructor(
    private readonly connections: ConnectionReads,
    private readonly catalogue: Catalogue,
    private readonly modes: AuthModes,
  ) {}

  /**
   * @param fresh reads the row whatever is remembered
   * @throws AppError `unknown_provider_config` (404), `unknown_connection` (400), `unknown_provider_template` (404)
   */
  async get(key: LeaseKey, fresh = false): Promise<CachedConnection> {
    const text = textOf(key);
    const known = fresh ? undefined : (this.#cache.get(text) ?? this.#reads.get(text));
    return known ?? this.#read(text, key);
  }

  /** What is remembered of a connection, usable or not: no promise, no statement. */
  known(environmentId: EnvironmentId, providerConfigKey: string, connectionId: string): CachedConnection | undefined {
    return this.#cache.get(textOfNames(environmentId, providerConfigKey, connectionId));
  }

  /** Forgets a connection that was changed here. A read under way answers those who wait for it and is not remembered. */
  forget(ref: ConnectionRef): void {
    const { environmentId, providerConfigKey, connectionId, id } = ref;
    for (const text of [textOf({ environmentId, providerConfigKey, connectionId }), textOf({ environmentId, rowId: id })]) {
      this.#cache.delete(text);
      this.#reads.delete(text);
    }
  }

  forgetAll(): void {
    this.#cache.clear();
    this.#reads.clear();
  }

  async #read(text: string, key: LeaseKey): Promise<CachedConnection> {
    const read = this.#load(key);
    this.#reads.set(text, read);
    const isCurrent = () => this.#reads.get(text) === read;
    try {
      const found = await read;
      if (isCurrent()) this.#cache.set(text, found);
      return found;
    } finally {
      if (isCurrent()) this.#reads.delete(text);
    }
  }

  async #load(key: LeaseKey): Promise<CachedConnection> {
    const { integration, connection } = await this.#snapshot(key);
    if (!connection) throw new AppError('unknown_connection');
    const provider = this.catalogue.get(integration.provider);
    if (!provider) {
      throw new AppError('unknown_provider_template', `the catalogue has no provider ${integration.provider}`);
    }
    const subject = { provider, integration, connectionConfig: connection.connectionConfig };
    const renewable = this.modes.isRenewable(subject, connection.credentials);
    return {
      integration,
      connection,
      lease: toLease(integration, connection, provider, renewable),
      usableUntil: this.#usableUntil(connection, provider),
    };
  }

  async #snapshot(key: LeaseKey): Promise<Snapshot> {
    if ('rowId' in key) {
      const snapshot = await this.connections.findByRow(key.environmentId, key.rowId);
      if (!snapshot) throw new AppError('unknown_connection');
      return snapshot;
    }
    const snapshot = await this.connections.find(key.environmentId, key.providerConfigKey, key.connectionId);
    if (!snapshot) throw new AppError('unknown_provider_config', `no integration ${key.providerConfigKey}`);
    return snapshot;
  }

  /** Until its margin begins. A token without an end is good for ever, unless its provider is asked; a failure that may be over is looked into at once. */
  #usableUntil({ credentials, refresh }: Connection, provider: Provider): number {
    if (refresh.failedAt) return 0;
    const due = dueAt(credentials, provider, refresh.savedAt);
    if (due) return due.getTime();
    return this.modes.isIntrospected(provider.name) ? 0 : Number.POSITIVE_INFINITY;
  }
}
