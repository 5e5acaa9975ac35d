import { Injectable } from '@nestjs/common';
import type { Transaction } from '#libs/database';
import type { ConnectionEndUser, ConnectionRef, Integration } from './credentials.types.js';

/** A connection was made, or its credentials were replaced by somebody who authenticated anew. */
export interface ConnectionSaved {
  readonly ref: ConnectionRef;
  readonly operation: 'creation' | 'override';
  readonly authMode: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Only where it came through Connect. */
  readonly endUser: ConnectionEndUser | undefined;
  /** More of it will be learnt, and `connectionCompleted` told then. */
  readonly isCompletedLater: boolean;
}

/** Somebody did not accept a connection: it is gone where it was to be created, broken where it was there before. */
export interface ConnectionRefused extends ConnectionSaved {
  readonly error: { readonly type: string; readonly description: string };
  readonly operationId: string;
}

/** Renewing a connection's credentials has begun to fail, or works again. */
export interface RefreshChanged {
  readonly ref: ConnectionRef;
  readonly authMode: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Absent when it works again. */
  readonly error?: { readonly type: string; readonly description: string };
  readonly operationId: string;
}

/** Takes part in the transaction that changes a connection, where it is given one: what it throws undoes the change. */
export interface ConnectionListener {
  /** A connection came into being; not called when an existing one is overwritten. */
  connectionCreated?(tx: Transaction, ref: ConnectionRef): Promise<void>;
  /** Credentials were saved; called after `connectionCreated`. */
  connectionSaved?(tx: Transaction, saved: ConnectionSaved): Promise<void>;
  /** All that is asked of the provider about a saved connection was asked. */
  connectionCompleted?(ref: ConnectionRef): Promise<void>;
  /** Whether connections of an integration are to be accepted by this listener before anybody is told of them. */
  isValidated?(integration: Integration): Promise<boolean>;
  /** Looks at a connection that is saved, and that nobody was told of. @throws AppError `connection_validation_failed` to refuse it */
  validateConnection?(ref: ConnectionRef): Promise<void>;
  connectionRefused?(tx: Transaction, refused: ConnectionRefused): Promise<void>;
  /** A connection is about to be deleted, and works still. Nothing that happens here keeps it from being deleted. */
  connectionLeaving?(ref: ConnectionRef): Promise<void>;
  /** Told once a day while it fails, and once when it works again. */
  refreshChanged?(tx: Transaction, changed: RefreshChanged): Promise<void>;
  /** A connection was soft-deleted, alone or with its integration. */
  connectionDeleted?(tx: Transaction, ref: ConnectionRef): Promise<void>;
  /** An integration was soft-deleted, after its connections. */
  integrationDeleted?(tx: Transaction, integration: Integration): Promise<void>;
}

/** Where libs above this one hook in. Listeners run one after the other, in the order they registered. */
@Injectable()
export class ConnectionListeners {
  readonly #listeners: ConnectionListener[] = [];

  /** Call it once, from `onModuleInit`. */
  register(listener: ConnectionListener): void {
    this.#listeners.push(listener);
  }

  async connectionCreated(tx: Transaction, ref: ConnectionRef): Promise<void> {
    for (const listener of this.#listeners) await listener.connectionCreated?.(tx, ref);
  }

  async connectionSaved(tx: Transaction, saved: ConnectionSaved): Promise<void> {
    for (const listener of this.#listeners) await listener.connectionSaved?.(tx, saved);
  }

  async connectionCompleted(ref: ConnectionRef): Promise<void> {
    for (const listener of this.#listeners) await listener.connectionCompleted?.(ref);
  }

  async isValidated(integration: Integration): Promise<boolean> {
    for (const listener of this.#listeners) if (await listener.isValidated?.(integration)) return true;
    return false;
  }

  async validateConnection(ref: ConnectionRef): Promise<void> {
    for (const listener of this.#listeners) await listener.validateConnection?.(ref);
  }

  async connectionRefused(tx: Transaction, refused: ConnectionRefused): Promise<void> {
    for (const listener of this.#listeners) await listener.connectionRefused?.(tx, refused);
  }

  async connectionLeaving(ref: ConnectionRef): Promise<void> {
    for (const listener of this.#listeners) await listener.connectionLeaving?.(ref);
  }

  async refreshChanged(tx: Transaction, changed: RefreshChanged): Promise<void> {
    for (const listener of this.#listeners) await listener.refreshChanged?.(tx, changed);
  }

  async connectionDeleted(tx: Transaction, ref: ConnectionRef): Promise<void> {
    for (const listener of this.#listeners) await listener.connectionDeleted?.(tx, ref);
  }

  async integrationDeleted(tx: Transaction, integration: Integration): Promise<void> {
    for (const listener of this.#listeners) await listener.integrationDeleted?.(tx, integration);
  }
}
