import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import type { Outcome } from '#libs/contracts';
import { type ConnectionRef, Connections } from '#libs/credentials';
import { ActionKeys, AsyncActions, Executions, type KeyUse, operationEndOf } from '#libs/executions';
import { type DeployedFunction, Functions } from '#libs/functions';
import { AppError, messageOf } from '#libs/kernel';
import { OperationLog } from '#libs/logs';
import type { Accepted } from './action-replies.js';
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
    private readonly keys: ActionKeys,
  ) {}

  /**
   * Runs an action and waits for it, or for the run that an earlier call with the same key began.
   * @throws AppError `unknown_connection`, `not_found`, `disabled_resource`, `queue_full`, `idempotency_key_reused`
   */
  async run(caller: Caller, headers: TriggerHeaders, body: TriggerAction): Promise<{ outcome: Outcome; isReplay: boolean }> {
    const resolved = await this.#resolve(caller, headers, body);
    const operationId = this.#open(caller, resolved);
    return this.#refusable(operationId, async () => {
      const work = workOf(caller, resolved, body, operationId);
      const use = keyUseOf(headers, body);
      const ended = use
        ? await this.keys.runOnce(work, use)
        : { outcome: await this.executions.runAndWait(work), isReplay: false };
      const { meta, ...end } = operationEndOf(ended.outcome);
      this.operations.finish(operationId, { ...end, meta: ended.isReplay ? REPLAYED : meta });
      return ended;
    });
  }

  /** Accepts an action, or answers what an earlier call with the same key was answered. @throws AppError as of `run` */
  async accept(caller: Caller, headers: TriggerHeaders, body: TriggerAction): Promise<Accepted> {
    const resolved = await this.#resolve(caller, headers, body);
    const operationId = this.#open(caller, resolved);
    const { connectionId, providerConfigKey } = resolved.connection;
    const facts = { connectionId, providerConfigKey, maxRetries: headers['x-max-retries'] };
    const work = { ...workOf(caller, resolved, body, operationId), ...facts };
    const use = keyUseOf(headers, body);
    return this.#refusable(operationId, async () => {
      if (!use) return { id: await this.asyncActions.submit(work), isReplay: false };
      const { executionId: id, isNew } = await this.asyncActions.submitOnce(work, use);
      if (!isNew) this.operations.finish(operationId, { state: 'success', meta: { ...REPLAYED, actionId: id } });
      return { id, isReplay: !isNew };
    });
  }

  /** @throws AppError `not_found` for an unknown id, `conflict` when it has ended before */
  async cancel({ environmentId }: Caller, id: string): Promise<void> {
    const became = await this.asyncActions.cancel(environmentId, id);
    if (became === null) throw new AppError('not_found', `No action '${id}' found`);
    if (became === 'ended') throw new AppError('conflict', `the action has ended: GET /action/${id} says how`);
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

const REPLAYED = { replayed: true };

/** The key of a call, and what makes another call the same one. */
function keyUseOf(headers: TriggerHeaders, { action_name, input }: TriggerAction): KeyUse | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  const of = [headers['provider-config-key'], headers['connection-id'], action_name];
  const how = headers['x-async'] ? ['async', headers['x-max-retries']] : ['sync'];
  return { key, request: [...of, ...how, input || null] };
}

/** A falsy input is none (spec/api.md §3.8). */
const workOf = ({ environmentId }: Caller, { connection, action }: Resolved, { input }: TriggerAction, operationId: string) => ({
  environmentId,
  functionId: action.id,
  connectionRowId: connection.id,
  input: input || null,
  operationId,
});
