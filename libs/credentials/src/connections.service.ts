import { Injectable } from '@nestjs/common';
import type { ConnectionLease } from '#libs/contracts';
import { Database } from '#libs/database';
import { AppError, type ConnectionRowId, type EnvironmentId } from '#libs/kernel';
import { ConnectionImport } from './connection-import.js';
import { ConnectionListeners } from './connection-listeners.js';
import { ConnectionReads } from './connection-reads.repository.js';
import { ConnectionsRepository } from './connections.repository.js';
import type {
  Connection,
  ConnectionChanges,
  ConnectionFilters,
  ConnectionRef,
  ConnectionSummary,
  NewConnection,
} from './credentials.types.js';
import { connectionTags } from './domain/connection-tags.js';
import { type CachedConnection, type LeaseKey, Leases } from './leases.js';
import { Refresher } from './refresh/refresher.service.js';

export interface LeaseOptions {
  /** Renews the credentials, fresh as they may be. */
  readonly forceRefresh?: boolean | undefined;
  /** The provider has just refused what the lease held: reads the row whatever is remembered, unless it is known what was refused. */
  readonly rejected?: boolean | undefined;
  /** `credentialsVersion` of the lease that was refused: others are given as they are, as if nothing had happened to them. */
  readonly rejectedVersion?: number | undefined;
}

/** Of what is shown, more may have changed than calls depend on: its errors, and when it was last fetched. */
const SHOWN_WITHIN_MS = 1_000;

type Metadata = Readonly<Record<string, unknown>>;

/** Connections of an environment: their credentials, and what the customer attaches to them (spec/api.md §3.4). */
@Injectable()
export class Connections {
  constructor(
    private readonly db: Database,
    private readonly connections: ConnectionsRepository,
    private readonly reads: ConnectionReads,
    private readonly imports: ConnectionImport,
    private readonly listeners: ConnectionListeners,
    private readonly leases: Leases,
    private readonly refresher: Refresher,
  ) {}

  /**
   * Saves credentials as a new connection, or over the one of that id: its credentials and config are replaced; metadata,
   * end user, tags and webhook override where they are given. API_KEY, BASIC and TBA are tried against the provider first.
   * @throws AppError `not_found` (integration, provider), `invalid_body` (credentials that do not fit), `connection_test_failed`, `connection_validation_failed`
   */
  async import(environmentId: EnvironmentId, given: NewConnection): Promise<Connection> {
    const rowId = await this.imports.run(environmentId, given);
    const connection = (await this.reads.findByRow(environmentId, rowId))?.connection;
    if (!connection) throw new AppError('not_found', 'the connection was deleted while it was saved');
    return connection;
  }

  /** With usable credentials, at most a second old as `peek`. Parameters and errors as of `lease`. */
  async get(
    environmentId: EnvironmentId,
    providerConfigKey: string,
    connectionId: string,
    options?: LeaseOptions,
  ): Promise<Connection> {
    return (await this.#usable({ environmentId, providerConfigKey, connectionId }, options, SHOWN_WITHIN_MS)).connection;
  }

  /** As it is stored, its credentials renewed or not; at most a second old. Errors of unknown things as of `lease`. */
  async peek(environmentId: EnvironmentId, providerConfigKey: string, connectionId: string): Promise<Connection> {
    return (await this.leases.get({ environmentId, providerConfigKey, connectionId }, SHOWN_WITHIN_MS)).connection;
  }

  list(environmentId: EnvironmentId, filters: ConnectionFilters): Promise<ConnectionSummary[]> {
    return this.reads.list(environmentId, filters);
  }

  /** Tags change when end user or tags are given, to what follows from both. @throws AppError `unknown_provider_config`, `unknown_connection` */
  async patch(
    environmentId: EnvironmentId,
    providerConfigKey: string,
    connectionId: string,
    changes: ConnectionChanges,
  ): Promise<void> {
    const { endUser, tags, webhookUrlOverride } = changes;
    const ref = await this.connections.patch(environmentId, providerConfigKey, connectionId, {
      endUser,
      tags: endUser || tags ? connectionTags(endUser, tags) : undefined,
      webhookUrlOverride: webhookUrlOverride === undefined ? undefined : webhookUrlOverride || null,
    });
    if (!ref) throw await this.#whyUnknown(environmentId, providerConfigKey, connectionId);
    this.leases.changed(ref);
  }

  /** Soft-deletes the connection with what listeners hang on it. @throws AppError `unknown_connection` (400, no message) */
  async remove(environmentId: EnvironmentId, providerConfigKey: string, connectionId: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const ref = await this.connections.markDeleted(tx, environmentId, providerConfigKey, connectionId);
      if (!ref) throw new AppError('unknown_connection');
      // Before what listeners leave for after the commit: that may fail, or wait for Redis.
      tx.afterCommit(() => this.leases.changed(ref));
      await this.listeners.connectionDeleted(tx, ref);
    });
  }

  /** Replaces the metadata of all named connections, or of none. @throws AppError `unknown_connection` */
  setMetadata(
    environmentId: EnvironmentId,
    providerConfigKey: string,
    ids: readonly string[],
    metadata: Metadata,
  ): Promise<void> {
    return this.#writeMetadata(environmentId, providerConfigKey, ids, metadata, 'replace');
  }

  /** Merges top-level keys into the metadata of all named connections, or of none. @throws AppError `unknown_connection` */
  updateMetadata(
    environmentId: EnvironmentId,
    providerConfigKey: string,
    ids: readonly string[],
    metadata: Metadata,
  ): Promise<void> {
    return this.#writeMetadata(environmentId, providerConfigKey, ids, metadata, 'merge');
  }

  /** What names a connection, null when integration or connection are unknown. Cheap: remembered. */
  async resolve(environmentId: EnvironmentId, providerConfigKey: string, connectionId: string): Promise<ConnectionRef | null> {
    try {
      return toRef((await this.leases.get({ environmentId, providerConfigKey, connectionId })).connection);
    } catch (error) {
      if (error instanceof AppError && UNKNOWN.has(error.code)) return null;
      throw error;
    }
  }

  /**
   * A connection ready for use: public object with credentials, catalogue entry, integration facts. Remembered until it changes, a
   * second at most where changes may be missed, and shared: never change it. Credentials about to end are renewed first (spec/auth.md §4).
   * @throws AppError `unknown_provider_config` (404), `unknown_connection` (400), `unknown_provider_template` (404);
   * `connection_refresh_exhausted`, `connection_refresh_backoff` (424), `refresh_token_external_error` (400) where they cannot be
   */
  async lease(
    environmentId: EnvironmentId,
    providerConfigKey: string,
    connectionId: string,
    options?: LeaseOptions,
  ): Promise<ConnectionLease> {
    return this.#leased(await this.#usable({ environmentId, providerConfigKey, connectionId }, options));
  }

  /**
   * As `lease`, where the connection is remembered and its credentials need no renewal: no promise, no statement. Undefined says nothing of
   * the connection: ask `lease`.
   */
  knownLease(environmentId: EnvironmentId, providerConfigKey: string, connectionId: string): ConnectionLease | undefined {
    return this.leases.usable(environmentId, providerConfigKey, connectionId)?.lease;
  }

  /** As `lease`, by row id. @throws AppError `unknown_connection` (400), others as of `lease` */
  async leaseByRow(environmentId: EnvironmentId, rowId: ConnectionRowId): Promise<ConnectionLease> {
    return this.#leased(await this.#usable({ environmentId, rowId }));
  }

  #leased(found: CachedConnection): ConnectionLease {
    this.leases.used(found);
    return found.lease;
  }

  async #usable(key: LeaseKey, options: LeaseOptions = {}, withinMs?: number): Promise<CachedConnection> {
    const { forceRefresh = false, rejected = false } = options;
    if (!forceRefresh && !rejected) return this.refresher.usable(key, await this.leases.get(key, withinMs));
    const found = await this.#found(key, options);
    const isReplaced = found.connection.credentialsVersion > (options.rejectedVersion ?? Number.POSITIVE_INFINITY);
    if (isReplaced && !forceRefresh) return this.refresher.usable(key, found);
    return this.refresher.usable(key, found, { forced: forceRefresh, rejected });
  }

  /**
   * Where it is known which credentials were refused, the remembered ones will do, so that a storm of refusals costs the database
   * nothing: the same ones are compared with the row before they are renewed. Older ones than those will not.
   */
  async #found(key: LeaseKey, { forceRefresh, rejectedVersion }: LeaseOptions): Promise<CachedConnection> {
    if (forceRefresh || rejectedVersion === undefined) return this.leases.fresh(key);
    const known = await this.leases.get(key);
    return known.connection.credentialsVersion < rejectedVersion ? this.leases.fresh(key) : known;
  }

  async #whyUnknown(environmentId: EnvironmentId, providerConfigKey: string, connectionId: string): Promise<AppError> {
    const snapshot = await this.reads.find(environmentId, providerConfigKey, connectionId);
    return new AppError(snapshot ? 'unknown_connection' : 'unknown_provider_config');
  }

  async #writeMetadata(
    environmentId: EnvironmentId,
    providerConfigKey: string,
    ids: readonly string[],
    metadata: Metadata,
    mode: 'replace' | 'merge',
  ): Promise<void> {
    const wanted = [...new Set(ids)];
    await this.db.transaction(async (tx) => {
      const refs = await this.connections.writeMetadata(tx, environmentId, providerConfigKey, wanted, metadata, mode);
      if (refs.length < wanted.length) {
        const known = new Set(refs.map((ref) => ref.connectionId));
        throw new AppError('unknown_connection', `no connection ${wanted.filter((id) => !known.has(id)).join(', ')}`);
      }
      for (const ref of refs) tx.afterCommit(() => this.leases.changed(ref));
    });
  }
}

const UNKNOWN = new Set<string>(['unknown_provider_config', 'unknown_connection']);

const toRef = (connection: Connection): ConnectionRef => ({
  id: connection.id,
  integrationId: connection.integrationId,
  environmentId: connection.environmentId,
  connectionId: connection.connectionId,
  providerConfigKey: connection.providerConfigKey,
  provider: connection.provider,
  webhookUrlOverride: connection.webhookUrlOverride,
});
