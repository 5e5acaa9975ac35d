import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  type ConnectionListener,
  ConnectionListeners,
  type ConnectionRef,
  type ConnectionSaved,
  type Integration,
} from '#libs/credentials';
import type { Transaction } from '#libs/database';
import { Functions } from '#libs/functions';
import { Syncs } from '#libs/scheduling';

/** Syncs come and go with connections, functions go with their integration: in the transaction that makes or deletes them. */
@Injectable()
export class SyncLifecycle implements ConnectionListener, OnModuleInit {
  constructor(
    private readonly listeners: ConnectionListeners,
    private readonly syncs: Syncs,
    private readonly functions: Functions,
  ) {}

  onModuleInit(): void {
    this.listeners.register(this);
  }

  connectionCreated(tx: Transaction, { environmentId, id, integrationId }: ConnectionRef): Promise<void> {
    return this.syncs.openForConnection(tx, { environmentId, connectionRowId: id, integrationId });
  }

  async connectionSaved(tx: Transaction, { ref, operation }: ConnectionSaved): Promise<void> {
    if (operation === 'creation') return;
    const { environmentId, id, integrationId } = ref;
    await this.syncs.reviveForConnection(tx, { environmentId, connectionRowId: id, integrationId });
  }

  connectionDeleted(tx: Transaction, { id }: ConnectionRef): Promise<void> {
    return this.syncs.closeForConnection(tx, id);
  }

  integrationDeleted(tx: Transaction, { id }: Integration): Promise<void> {
    return this.functions.removeIntegration(tx, id);
  }
}
