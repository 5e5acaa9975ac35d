import { Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Database, type Transaction } from '#libs/database';
import { AppError, messageOf, newId, toAppError } from '#libs/kernel';
import { ConnectionListeners, type ConnectionSaved } from './connection-listeners.js';
import { ConnectionValidationsRepository, type Validation } from './connection-validations.repository.js';
import type { ConnectionRef, Integration } from './credentials.types.js';
import { Leases } from './leases.js';

/** A connection that was saved, as listeners will hear of it, with what a refusal is written down as. */
export interface SavedEvent extends ConnectionSaved {
  readonly operationId?: string | undefined;
}

const LOST = 'it was not found out in time whether the connection works: connect anew';

/**
 * Tells of saved connections: at once, or once a listener has accepted them (spec/auth.md §3.8). A connection that is refused is removed
 * where it was new; where it was there before it is marked as broken, and a process that is lost meanwhile comes to the same.
 */
@Injectable()
export class ConnectionAnnouncements {
  readonly #log = new Logger(ConnectionAnnouncements.name);

  constructor(
    private readonly db: Database,
    private readonly validations: ConnectionValidationsRepository,
    private readonly listeners: ConnectionListeners,
    private readonly leases: Leases,
  ) {}

  /** Whether connections of an integration are told of only after `validate`. */
  isValidated(integration: Integration): Promise<boolean> {
    return this.listeners.isValidated(integration);
  }

  /** With the transaction that saves the connection. */
  async announce(tx: Transaction, saved: SavedEvent): Promise<void> {
    if (saved.operation === 'creation') await this.listeners.connectionCreated(tx, saved.ref);
    await this.listeners.connectionSaved(tx, saved);
  }

  /** With the transaction that saves the connection: nobody is told yet. */
  async hold(tx: Transaction, { ref, operation }: SavedEvent): Promise<Validation> {
    const validation = { validationId: randomUUID(), environmentId: ref.environmentId, rowId: ref.id };
    await this.validations.begin(tx, validation, operation === 'creation');
    return validation;
  }

  /** Asks those who may refuse, after the commit; tells of the connection when nobody does. @throws AppError as they refuse, `invalid_connection` */
  async validate(saved: SavedEvent, validation: Validation): Promise<void> {
    try {
      await this.listeners.validateConnection(saved.ref);
    } catch (thrown) {
      await this.#refuse(saved, validation, toAppError(thrown));
      throw thrown;
    }
    await this.db.transaction(async (tx) => {
      const became = await this.validations.accept(tx, validation);
      if (became === 'gone') throw new AppError('invalid_connection', 'the connection was deleted while it was being validated');
      if (became === 'accepted') await this.announce(tx, saved);
      tx.afterCommit(() => this.leases.changed(saved.ref));
    });
  }

  /** What was left open when it was saved is known, as far as it ever will be. Never throws: the connection stands. */
  async completed(ref: ConnectionRef): Promise<void> {
    try {
      await this.listeners.connectionCompleted(ref);
    } catch (error) {
      this.#log.error({ err: error }, `what follows connection ${ref.id} begins later: ${messageOf(error)}`);
    }
  }

  /** What a lost process left without an answer. Answers how many there were. */
  async refuseOverdue(limit: number): Promise<number> {
    const overdue = await this.validations.overdue(limit);
    for (const { ref, isNew, authMode, ...validation } of overdue) {
      const operation = isNew ? 'creation' : 'override';
      const saved = { ref, operation, authMode, tags: {}, endUser: undefined, isCompletedLater: false } as const;
      await this.#refuse(saved, validation, new AppError('connection_validation_failed', LOST));
      this.#log.warn(`connection ${ref.id} was given up: the process that saved it is gone`);
    }
    return overdue.length;
  }

  #refuse(saved: SavedEvent, validation: Validation, { code, message }: AppError): Promise<void> {
    const { ref, operation, operationId = newId() } = saved;
    return this.db.transaction(async (tx) => {
      tx.afterCommit(() => this.leases.changed(ref));
      if (operation === 'override') {
        if (!(await this.validations.exhaust(tx, validation, operationId))) return;
      } else {
        const gone = await this.validations.remove(tx, validation);
        if (!gone) return;
        if (gone === 'deleted') await this.listeners.connectionDeleted(tx, ref);
      }
      await this.listeners.connectionRefused(tx, { ...saved, error: { type: code, description: message }, operationId });
    });
  }
}
