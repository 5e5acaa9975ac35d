import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  type ConnectionListener,
  ConnectionListeners,
  type ConnectionRef,
  type ConnectionSaved,
  type Integration,
} from '#libs/credentials';
import type { Transaction } from '#libs/database';
import { Executions } from '#libs/executions';
import { AppError, type ConnectionRowId, type ExecutionId } from '#libs/kernel';
import { refusalOf } from './domain/refusal.js';
import { OnEvents } from './on-events.service.js';

/** What the provider says of a new connection is known by then; a process that is lost delays its functions by so much. */
const COMPLETED_WITHIN_MS = 30_000;

/** Runs the functions of an integration as its connections come (spec/auth.md §3.8). */
@Injectable()
export class ConnectionEvents implements ConnectionListener, OnModuleInit {
  readonly #held = new Map<ConnectionRowId, readonly ExecutionId[]>();

  constructor(
    private readonly listeners: ConnectionListeners,
    private readonly onEvents: OnEvents,
    private readonly executions: Executions,
  ) {}

  onModuleInit(): void {
    this.listeners.register(this);
  }

  async isValidated({ environmentId, id }: Integration): Promise<boolean> {
    const scope = { environmentId, integrationId: id };
    return (await this.onEvents.functionsOf(scope, 'validate-connection')).length > 0;
  }

  /** @throws AppError `connection_validation_failed` with what the function says */
  async validateConnection(ref: ConnectionRef): Promise<void> {
    const refused = await this.onEvents.run(ref, 'validate-connection');
    if (refused) throw new AppError('connection_validation_failed', refusalOf(refused));
  }

  /** For new connections and for those that were authorised again; nobody waits for it. */
  async connectionSaved(tx: Transaction, { ref, isCompletedLater }: ConnectionSaved): Promise<void> {
    const functions = await this.onEvents.functionsOf(ref, 'post-connection-creation', tx);
    if (functions.length === 0) return;
    const availableAt = isCompletedLater ? new Date(Date.now() + COMPLETED_WITHIN_MS) : undefined;
    const ids = await this.onEvents.accept(tx, ref, functions, availableAt);
    if (isCompletedLater) tx.afterCommit(() => void this.#held.set(ref.id, ids));
  }

  /** How it went is in the operation log. */
  async connectionLeaving(ref: ConnectionRef): Promise<void> {
    await this.onEvents.run(ref, 'pre-connection-deletion');
  }

  async connectionCompleted({ id }: ConnectionRef): Promise<void> {
    const ids = this.#held.get(id);
    this.#held.delete(id);
    if (ids) await this.executions.makeAvailable(ids);
  }
}
