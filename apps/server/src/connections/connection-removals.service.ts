import { Inject, Injectable, Logger } from '@nestjs/common';
import type { AuthSubject, Credentials } from '#libs/auth-modes';
import { type Connection, ConnectionListeners, type ConnectionRef, Connections, Integrations } from '#libs/credentials';
import { type EnvironmentId, messageOf } from '#libs/kernel';
import { Catalogue } from '#libs/providers';

/** Gives back to a provider what it granted (spec/auth.md §8.5). */
export type PreDeletion = (subject: AuthSubject, credentials: Credentials) => Promise<void>;

/** Injection token of `PreDeletion`. */
export const PRE_DELETION = Symbol('pre-deletion');

/** Deletes connections, and what they were granted at providers that want that. */
@Injectable()
export class ConnectionRemovals {
  readonly #log = new Logger(ConnectionRemovals.name);

  constructor(
    private readonly connections: Connections,
    private readonly integrations: Integrations,
    private readonly catalogue: Catalogue,
    private readonly listeners: ConnectionListeners,
    @Inject(PRE_DELETION) private readonly preDeletion: PreDeletion,
  ) {}

  /** A provider that is away, or a function that fails, keeps nobody from deleting. @throws AppError `unknown_connection` (400, no message) */
  async remove(environmentId: EnvironmentId, providerConfigKey: string, connectionId: string): Promise<void> {
    const ref = await this.connections.resolve(environmentId, providerConfigKey, connectionId);
    if (ref) {
      await this.#giveBack(await this.connections.peek(environmentId, providerConfigKey, connectionId));
      await this.#takeLeave(ref);
    }
    await this.connections.remove(environmentId, providerConfigKey, connectionId);
  }

  async #takeLeave(ref: ConnectionRef): Promise<void> {
    try {
      await this.listeners.connectionLeaving(ref);
    } catch (error) {
      this.#log.error({ err: error }, `connection ${ref.id} is deleted without what was to run before`);
    }
  }

  async #giveBack({ environmentId, providerConfigKey, credentials, connectionConfig }: Connection): Promise<void> {
    const integration = await this.integrations.get(environmentId, providerConfigKey);
    const provider = this.catalogue.get(integration.provider);
    if (provider?.pre_connection_deletion_script === undefined) return;
    try {
      await this.preDeletion({ provider, integration, connectionConfig }, credentials);
    } catch (error) {
      this.#log.warn(`${providerConfigKey}: what the provider granted was not given back: ${messageOf(error)}`);
    }
  }
}
