import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuthModes, dueAt } from '#libs/auth-modes';
import { BACKSTOP_MS, Invalidations, RememberedRows, tagOf } from '#libs/cache';
import type { ConnectionLease } from '#libs/contracts';
import { AppError, type ConnectionRowId, type EnvironmentId } from '#libs/kernel';
import { Catalogue, type Provider } from '#libs/providers';
import { ConnectionReads, type Snapshot } from './connection-reads.repository.js';
import type { Connection, ConnectionRef, Integration } from './credentials.types.js';
import { LastFetched } from './last-fetched.js';
import { toLease } from './lease.presenter.js';

/** A connection that failed may work again: looked at every second, as long as it fails. */
const FAILING_KEPT_MS = 1_000;
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

/** Connections in memory, so that a busy one costs no statement, and forgotten everywhere when they change. */
@Injectable()
export class Leases implements OnModuleInit {
  readonly #cached: RememberedRows<CachedConnection>;
  #catalogueVersion: number;

  constructor(
    private readonly connections: ConnectionReads,
    private readonly catalogue: Catalogue,
    private readonly modes: AuthModes,
    private readonly changes: Invalidations,
    private readonly lastFetched: LastFetched,
  ) {
    this.#catalogueVersion = catalogue.version;
    this.#cached = new RememberedRows(changes, {
      max: CONNECTIONS_KEPT,
      size: { max: CHARACTERS_KEPT, of: ({ lease }) => JSON.stringify(lease.connection).length },
      dependsOn: ({ connection: { environmentId, id, integrationId } }) => [
        tagOf('connection', id),
        tagOf('integration', integrationId),
        tagOf('environment', environmentId),
      ],
      keptMs: ({ connection }) => (connection.refresh.failedAt ? FAILING_KEPT_MS : BACKSTOP_MS),
    });
  }

  /** A process that changes connections is missed when it falls silent, so it is known before it changes one. */
  onModuleInit(): void {
    this.changes.open();
  }

  /**
   * @param withinMs what is remembered may have been read so long ago; without it, as long ago as changes are heard of
   * @throws AppError `unknown_provider_config` (404), `unknown_connection` (400), `unknown_provider_template` (404)
   */
  get(key: LeaseKey, withinMs?: number): Promise<CachedConnection> {
    return this.#rows().get(textOf(key), () => this.#load(key), withinMs);
  }

  /** As `get`, whatever is remembered. */
  fresh(key: LeaseKey): Promise<CachedConnection> {
    return this.#rows().refreshed(textOf(key), () => this.#load(key));
  }

  /** What is remembered of a connection, if it can be used as it is: no promise, no statement. Leaves a date behind. */
  usable(environmentId: EnvironmentId, providerConfigKey: string, connectionId: string): CachedConnection | undefined {
    const found = this.#rows().known(textOfNames(environmentId, providerConfigKey, connectionId));
    if (found === undefined || found.usableUntil <= Date.now()) return undefined;
    this.lastFetched.mark(found.connection.id);
    return found;
  }

  /** A call uses the connection: leaves a date behind. */
  used({ connection }: CachedConnection): void {
    this.lastFetched.mark(connection.id);
  }

  /** After the commit: a connection has changed, or is gone. It is forgotten here at once, and everywhere. */
  changed({ id }: Pick<ConnectionRef, 'id'>): void {
    this.changes.publish('connection', id);
  }

  /** After the commit: as `changed`, for all connections of an integration. */
  integrationChanged({ id }: Pick<Integration, 'id'>): void {
    this.changes.publish('integration', id);
  }

  /** What was made from a catalogue that has been replaced is made anew. */
  #rows(): RememberedRows<CachedConnection> {
    if (this.#catalogueVersion !== this.catalogue.version) {
      this.#catalogueVersion = this.catalogue.version;
      this.#cached.forgetAll();
    }
    return this.#cached;
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
