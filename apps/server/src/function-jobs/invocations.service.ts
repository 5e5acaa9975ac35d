import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import { Connections, Integrations } from '#libs/credentials';
import { Functions } from '#libs/functions';
import { AppError } from '#libs/kernel';
import type { InvokeFunction } from './function-jobs.dto.js';

/** Invocations are checked and then refused: this version of the API does not run them (spec/api.md §3.14). */
@Injectable()
export class Invocations {
  constructor(
    private readonly integrations: Integrations,
    private readonly connections: Connections,
    private readonly functions: Functions,
  ) {}

  /** @throws AppError `connection_not_found`, `unknown_function`, `function_disabled`, `invalid_invocation`, `not_implemented` */
  async invoke({ environmentId }: Caller, { integration_id, connection_id, name }: InvokeFunction): Promise<never> {
    const connection = await this.connections.resolve(environmentId, integration_id, connection_id);
    const integration = connection && (await this.integrations.find(environmentId, integration_id));
    if (!integration) throw new AppError('connection_not_found', `no connection ${connection_id} of ${integration_id}`);
    const [fn] = await this.functions.list(environmentId, { integrationId: integration.id, name });
    if (!fn) throw new AppError('unknown_function', `no function ${name} of ${integration_id}`);
    if (!fn.enabled) throw new AppError('function_disabled', `the function ${name} is disabled`);
    if (fn.type === 'on-event') throw new AppError('invalid_invocation', `${name} runs on events of its connections only`);
    throw new AppError('not_implemented', 'invocations are not implemented: use POST /action/trigger or POST /sync/trigger');
  }
}
