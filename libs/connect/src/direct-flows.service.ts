import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import { AuthModes } from '#libs/auth-modes';
import type { Config, Connected, ConnectRequest, ConnectTarget, DirectRequest } from './connect.types.js';
import { ConnectTargets } from './connect-targets.service.js';
import { ConnectionAttempts } from './connection-attempts.service.js';
import { awsInputs } from './domain/aws-inputs.js';
import { configProblems, credentialProblems, refuseProblems } from './domain/input-problems.js';

/** Connects accounts from what a form gave, without a window of the provider's (spec/api.md §3.18). */
@Injectable()
export class DirectFlows {
  constructor(
    private readonly targets: ConnectTargets,
    private readonly attempts: ConnectionAttempts,
    private readonly modes: AuthModes,
  ) {}

  /** @throws AppError as of `ConnectTargets.plan`; `invalid_body` naming every wrong field; what the auth mode and the credential test say */
  async connect(caller: Caller, providerConfigKey: string, request: DirectRequest): Promise<Connected> {
    const operationId = this.attempts.open(caller, providerConfigKey);
    const { target, input } = await this.#orRefuse(operationId, this.#prepare(caller, providerConfigKey, request, operationId));
    const { plan, integration, provider } = target;
    const subject = { provider, integration, connectionConfig: plan.connectionConfig };
    return this.attempts.run(target, () => this.modes.mint(subject, input));
  }

  /**
   * Makes a connection that the provider's installation webhook will give its credentials (spec/auth.md §2.17). Errors as of
   * `ConnectTargets.plan`.
   */
  async connectLater(caller: Caller, providerConfigKey: string, request: ConnectRequest): Promise<Connected> {
    const operationId = this.attempts.open(caller, providerConfigKey);
    const target = await this.#orRefuse(
      operationId,
      this.targets.plan(caller, providerConfigKey, request, isOutbound, operationId),
    );
    const credentials = { type: 'OAUTH2', access_token: '', raw: {} };
    return this.attempts.run(target, async () => ({ credentials, connectionConfig: { pending: true, pendingLog: operationId } }));
  }

  async #prepare(caller: Caller, providerConfigKey: string, request: DirectRequest, operationId: string) {
    const isMode = ({ auth_mode }: ConnectTarget['provider']) => auth_mode === request.authMode;
    const { stored, ...target } = await this.targets.plan(caller, providerConfigKey, request, isMode, operationId);
    if (request.authMode === 'AWS_SIGV4') return withAws(target, request, stored);
    checkInputs(target, request.credentials);
    return { target, input: request.credentials };
  }

  async #orRefuse<Result>(operationId: string, work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      this.attempts.refuse(operationId, error);
      throw error;
    }
  }
}

const isOutbound = ({ auth_mode, installation }: ConnectTarget['provider']): boolean =>
  auth_mode === 'OAUTH2' && installation === 'outbound';

function withAws(target: ConnectTarget, { credentials, params = {} }: DirectRequest, stored: Config) {
  const inputs = awsInputs({ stored, body: credentials, params, settings: target.integration.custom });
  const { plan } = target;
  const complete = { ...target, plan: { ...plan, connectionConfig: { ...plan.connectionConfig, ...inputs } } };
  checkInputs(complete, credentials);
  return { target: complete, input: { ...credentials, ...inputs } };
}

/** @throws AppError `invalid_body` */
function checkInputs({ plan, integration, provider }: ConnectTarget, credentials: Config): void {
  refuseProblems([
    ...credentialProblems(provider, credentials, integration.custom),
    ...configProblems(provider, plan.connectionConfig, integration.custom, true),
  ]);
}
