import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import type { Minted } from '#libs/auth-modes';
import { AuthWebhooks } from '#libs/auth-webhooks';
import type { LogMessage } from '#libs/contracts';
import { ConnectionConfigs, ConnectionSaves, type SavedConnection } from '#libs/credentials';
import { AppError, messageOf, toAppError } from '#libs/kernel';
import { OperationLog } from '#libs/logs';
import type { Provider } from '#libs/providers';
import type { Connected, Config, ConnectPlan, ConnectTarget } from './connect.types.js';
import { finalConfig } from './domain/connection-config.js';
import { describe, webhookErrorOf } from './domain/error-type.js';
import { isTaken } from './domain/installation-claim.js';
import { POST_CONNECTION, type PostConnection } from './post-connection.js';

const TAKEN =
  'This installation is connected already, by another user. Renew that connection, or install the app for an account of your own.';

/** What happens around getting credentials: saving them, writing down how it went, telling the customer (spec/auth.md §3.8). */
@Injectable()
export class ConnectionAttempts {
  readonly #log = new Logger(ConnectionAttempts.name);

  constructor(
    private readonly saves: ConnectionSaves,
    private readonly configs: ConnectionConfigs,
    private readonly operations: OperationLog,
    private readonly webhooks: AuthWebhooks,
    @Inject(POST_CONNECTION) private readonly postConnection: PostConnection,
  ) {}

  /** Begins the operation an attempt is written down as; answers its id. */
  open({ environmentId, environmentName, session }: Caller, providerConfigKey: string): string {
    return this.operations.start({
      type: 'auth',
      action: 'create_connection',
      message: `connect an account to ${providerConfigKey}`,
      environmentId,
      environmentName,
      integrationName: providerConfigKey,
      ...(session ? { meta: { connectSessionId: session.id } } : {}),
    }).id;
  }

  note({ operationId }: Pick<ConnectPlan, 'operationId'>, message: string): void {
    this.operations.message(operationId, messageOfLevel('info', message));
  }

  /** An attempt that ended before a provider was asked: nobody is told but the caller. */
  refuse(operationId: string, error: unknown): void {
    const { code, message, issues } = toAppError(error);
    this.operations.finish(operationId, {
      state: 'failed',
      error: { name: code, message, ...(issues ? { payload: issues } : {}) },
    });
  }

  /** Errors as of `mint` and of `ConnectionSaves.save`. */
  async run(target: ConnectTarget, mint: () => Promise<Minted>): Promise<Connected> {
    const { operationId, providerConfigKey } = target.plan;
    try {
      const { saved, config } = await this.#save(target, await mint());
      this.operations.finish(operationId, {
        state: 'success',
        meta: { connectionId: saved.connectionId, operation: saved.operation },
      });
      return { providerConfigKey, connectionId: saved.connectionId, isPending: config['pending'] === true };
    } catch (thrown) {
      await this.fail(target, toAppError(thrown));
      throw thrown;
    }
  }

  /** Writes a failure down and tells the customer of it. That it cannot be told does not hide what it was. */
  async fail({ plan, provider }: Pick<ConnectTarget, 'plan' | 'provider'>, error: AppError): Promise<void> {
    this.refuse(plan.operationId, error);
    // Told with the transaction that took the connection back.
    if (error.code === 'connection_validation_failed') return;
    try {
      await this.#tellFailure(plan, provider, error);
    } catch (problem) {
      this.#log.error({ err: problem }, 'the failure of a connection was not told its customer');
    }
  }

  #tellFailure(plan: ConnectPlan, provider: Provider, error: AppError): Promise<void> {
    const { environmentId, webhookUrlOverride, operationId } = plan;
    const scope = { environmentId, connectionRowId: plan.reconnects, webhookUrlOverride, operationId };
    return this.webhooks.send(scope, {
      operation: plan.reconnects === undefined ? 'creation' : 'override',
      connectionId: plan.connectionId,
      providerConfigKey: plan.providerConfigKey,
      authMode: provider.auth_mode,
      provider: provider.name,
      tags: plan.tags,
      endUser: plan.endUser ?? undefined,
      error: { type: webhookErrorOf(error), description: describe(error) },
    });
  }

  async #save(target: ConnectTarget, minted: Minted): Promise<{ saved: SavedConnection; config: Config }> {
    const { plan, integration, provider } = target;
    const config = finalConfig(plan.connectionConfig, plan.fixedConfig, minted.connectionConfig ?? {}, provider);
    if (provider.auth_mode === 'APP') await this.#refuseTaken(plan, config['installation_id']);
    const saved = await this.saves.save({
      integration,
      provider,
      connectionId: plan.connectionId,
      reconnects: plan.reconnects,
      credentials: minted.credentials,
      connectionConfig: config,
      webhookUrlOverride: plan.webhookUrlOverride,
      endUser: plan.endUser ?? undefined,
      tags: plan.tags,
      throughConnect: true,
      isCompletedLater: true,
      operationId: plan.operationId,
    });
    await this.#complete(target, saved, minted, config);
    return { saved, config };
  }

  /** @throws AppError `callback_err` when the installation is connected by somebody else */
  async #refuseTaken(plan: ConnectPlan, installationId: unknown): Promise<void> {
    const holders = await this.configs.installationHolders(plan.integrationId, String(installationId));
    if (!isTaken(holders, plan)) return;
    throw new AppError('callback_err', TAKEN);
  }

  /** The connection stands whether or not the provider tells more about it. */
  async #complete(
    { plan, integration, provider }: ConnectTarget,
    saved: SavedConnection,
    { credentials }: Minted,
    connectionConfig: Config,
  ): Promise<void> {
    try {
      const learnt = await this.postConnection({ provider, integration, connectionConfig }, credentials);
      if (Object.keys(learnt).length > 0) {
        await this.configs.merge(plan.environmentId, saved.rowId, learnt, saved.credentialsVersion);
      }
    } catch (error) {
      const message = `the provider did not tell more about the connection: ${messageOf(error)}`;
      this.operations.message(plan.operationId, messageOfLevel('warn', message));
    }
    await this.saves.completed(integration, saved);
  }
}

const messageOfLevel = (level: LogMessage['level'], message: string): LogMessage => ({
  createdAt: new Date().toISOString(),
  level,
  type: 'log',
  source: 'internal',
  message,
});
