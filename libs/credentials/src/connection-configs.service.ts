import { Injectable } from '@nestjs/common';
import { Cipher } from '#libs/crypto';
import { Database } from '#libs/database';
import type { ConnectionRowId, EnvironmentId, IntegrationId } from '#libs/kernel';
import { Catalogue } from '#libs/providers';
import { ConnectionReads } from './connection-reads.repository.js';
import { toRef, type RefRow, REF_COLUMNS } from './connection-rows.js';
import type { Connection, ConnectionEndUser } from './credentials.types.js';
import { splitConfig } from './domain/secret-config.js';
import { Leases } from './leases.js';
import { openJson, sealJson } from './sealing.js';

interface LockedConfig extends RefRow {
  credentials_version: number;
  secret_config: Buffer | null;
}

interface InstallationHolderRow {
  readonly id: ConnectionRowId;
  readonly connectionId: string;
  readonly endUser: ConnectionEndUser | null;
}

/** An organization's users may share an installation. */
const MOST_HOLDERS = 1_000;

const LOCK = `SELECT ${REF_COLUMNS}, c.secret_config, c.credentials_version FROM connections c JOIN integrations i ON i.id = c.integration_id
  WHERE c.environment_id = $1 AND c.id = $2 AND c.deleted_at IS NULL FOR UPDATE OF c`;

/** Configurations of connections, past what their own credentials bring. */
@Injectable()
export class ConnectionConfigs {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
    private readonly reads: ConnectionReads,
    private readonly catalogue: Catalogue,
    private readonly leases: Leases,
  ) {}

  /** Connections of an integration that hold an installation of its App, oldest first. */
  installationHolders(integrationId: IntegrationId, installationId: string): Promise<InstallationHolderRow[]> {
    return this.db.query(
      `SELECT id, connection_id AS "connectionId", end_user AS "endUser" FROM connections
        WHERE integration_id = $1 AND connection_config ->> 'installation_id' = $2 AND connection_config ? 'installation_id'
          AND deleted_at IS NULL ORDER BY id LIMIT ${MOST_HOLDERS}`,
      [integrationId, installationId],
    );
  }

  /** The connection of a row as it is stored; null when it was deleted. */
  async findByRow(environmentId: EnvironmentId, rowId: ConnectionRowId): Promise<Connection | null> {
    return (await this.reads.findByRow(environmentId, rowId))?.connection ?? null;
  }

  /**
   * Adds fields to a configuration, over those of their names; secret ones are sealed. Does nothing to a deleted connection.
   * @param learntWith version of the credentials that the fields were learnt with: those of an account that has been replaced meanwhile
   * are not mixed with the next one's
   */
  async merge(
    environmentId: EnvironmentId,
    rowId: ConnectionRowId,
    change: Readonly<Record<string, unknown>>,
    learntWith?: number,
  ): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [row] = await tx.query<LockedConfig>(LOCK, [environmentId, rowId]);
      if (!row || (learntWith !== undefined && row.credentials_version !== learntWith)) return;
      const { connectionConfig, secretConfig } = splitConfig(this.catalogue.get(row.provider)?.connection_config, change);
      await tx.query(
        `UPDATE connections SET connection_config = connection_config || $3::jsonb, secret_config = $4, version = version + 1,
                updated_at = now()
          WHERE environment_id = $1 AND id = $2`,
        [environmentId, rowId, connectionConfig, this.#sealed(row, secretConfig)],
      );
      tx.afterCommit(() => this.leases.changed(toRef(row)));
    });
  }

  #sealed({ secret_config: stored, environment_id, id }: LockedConfig, change: object): Buffer | null {
    if (Object.keys(change).length === 0) return stored;
    const known = stored ? openJson(this.cipher, stored, 'connections.secret_config', environment_id, id) : {};
    return sealJson(this.cipher, { ...(known as object), ...change }, 'connections.secret_config', environment_id, id);
  }
}
