import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import type { Outcome } from '#libs/contracts';
import { type ConnectionRef, Connections } from '#libs/credentials';
import { AsyncActions, Executions, operationEndOf } from '#libs/executions';
import { type DeployedFunction, Functions } from '#libs/functions';
import { AppError, messageOf } from '#libs/kernel';
import { OperationLog } from '#libs/logs';
import type { TriggerAction, TriggerHeaders } from './actions.dto.js';

/** An action that may run, and on what. */
interface Resolved {
  readonly connection: ConnectionRef;
  readonly action: DeployedFunction;
}

/** Actions that a product calls (spec/api.md §3.8). */
@Injectable()
export class Actions {
  constructor(
    private readonly connections: Connections,
    private readonly functions: Functions,
    private readonly executions: Executions,
    private readonly asyncActions: AsyncActions,
    private readonly operations: OperationLog,
  ) {}

  /** Runs an action and waits for it. @throws AppError `unknown_connection`, `not_found`, `disabled_resource`, `queue_full` */
  async run(caller: Caller, headers: TriggerHeaders, body: TriggerAction): Promise<Outcome> {
    const resolved = await this.#resolve(caller, headers, body);
    const operationId = this.#open(caller, resolved);
    return this.#refusable(operationId, async () => {
      const outcome = await this.executions.runAndWait(workOf(caller, resolved, body, operationId));
      this.operations.finish(operationId, operationEndOf(outcome));
      return outcome;
    });
  }

  /** Accepts an action and answers the id its result is asked for by. @throws AppError as of `run` */
  async accept(caller: Caller, headers: TriggerHeaders, body: TriggerAction): Promise<string> {
    const resolved = await this.#resolve(caller, headers, body);
    const operationId = this.#open(caller, resolved);
    const { connectionId, providerConfigKey } = resolved.connection;
    const work = { ...workOf(caller, resolved, body, operationId), connectionId, providerConfigKey };
    return this.#refusable(operationId, () => this.asyncActions.submit({ ...work, maxRetries: headers['x-max-retries'] }));
  }

  /** How an accepted action ended. @throws AppError `not_found` while it did not, when it answered nothing, and for an unknown id */
  async result(caller: Caller, id: string): Promise<Outcome> {
    const outcome = await this.executions.result(caller.environmentId, id);
    const isSilent =
      outcome === null || outcome === 'pending' || (outcome.status === 'succeeded' && (outcome.output ?? null) === null);
    if (isSilent) throw new AppError('not_found', `No action '${id}' found`);
    return outcome;
  }

  async #resolve({ environmentId }: Caller, headers: TriggerHeaders, { action_name }: TriggerAction): Promise<Resolved> {
    const connection = await this.connections.resolve(environmentId, headers['provider-config-key'], headers['connection-id']);
    if (!connection) throw new AppError('unknown_connection', 'Failed to find connection');
    const action = await this.functions.find(environmentId, connection.integrationId, 'action', action_name);
    if (!action) throw new AppError('not_found', 'Action not found');
    if (!action.enabled) throw new AppError('disabled_resource', 'The action is disabled');
    return { connection, action };
  }

  #open({ environmentId, environmentName }: Caller, { connection, action }: Resolved): string {
    return this.operations.start({
      type: 'action',
      action: 'run',
      message: `action ${action.name}`,
      environmentId,
      environmentName,
      integrationName: connection.providerConfigKey,
      provider: connection.provider,
      connectionRowId: connection.id,
      connectionName: connection.connectionId,
      functionName: action.name,
    }).id;
  }

  /** What is refused after its operation began ends it. */
  async #refusable<Result>(operationId: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      this.operations.finish(operationId, { state: 'failed', error: { message: messageOf(error) } });
      throw error;
    }
  }
}

/** A falsy input is none (spec/api.md §3.8). */
const workOf = ({ environmentId }: Caller, { connection, action }: Resolved, { input }: TriggerAction, operationId: string) => ({
  environmentId,
  functionId: action.id,
  connectionRowId: connection.id,
  input: input || null,
  operationId,
});
