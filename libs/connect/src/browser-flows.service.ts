import { Injectable, Logger } from '@nestjs/common';
import type { Caller, IntegrationDefaults } from '#libs/accounts';
import { AuthModes, type BeginRequest, type Begun } from '#libs/auth-modes';
import { AppError, messageOf, toAppError } from '#libs/kernel';
import { ClientIdentities } from './client-identities.service.js';
import type { BegunFlow, BrowserRequest, Connected, ConnectTarget, LiveMessage, PendingFlow } from './connect.types.js';
import { ConnectTargets } from './connect-targets.service.js';
import { ConnectionAttempts } from './connection-attempts.service.js';
import { BROWSER_MODES, needsSameBrowser } from './domain/browser-modes.js';
import { describe, errorTypeOf } from './domain/error-type.js';
import { configProblems, refuseProblems } from './domain/input-problems.js';
import { LiveResults } from './live-results.js';
import { OAuthStates } from './oauth-states.js';

/** A browser that came back. */
export interface Returned {
  readonly state: string;
  readonly query: Readonly<Record<string, string>>;
  /** Whether it is the browser that was sent: it shows the cookie it was given then. */
  readonly isSameBrowser: boolean;
}

/** How a browser flow ended: with a connection or with an error. */
export interface FinishedFlow {
  readonly connected?: Connected;
  readonly error?: AppError;
  readonly providerConfigKey?: string;
}

const CLIENT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const GONE = 'this sign-in was already finished, is older than an hour, or was never begun here: start again';
const OTHER_BROWSER = 'the sign-in came back to another browser than it was begun in: start again and stay in one';

/** Connects accounts through the provider's own pages: sends a browser there, and takes it back (spec/auth.md §3). */
@Injectable()
export class BrowserFlows {
  readonly #log = new Logger(BrowserFlows.name);

  constructor(
    private readonly targets: ConnectTargets,
    private readonly attempts: ConnectionAttempts,
    private readonly modes: AuthModes,
    private readonly identities: ClientIdentities,
    private readonly states: OAuthStates,
    private readonly live: LiveResults,
  ) {}

  /** @throws AppError as of `ConnectTargets.plan`; `url_param_err`, `provider_config_err` */
  async begin(caller: Caller, providerConfigKey: string, request: BrowserRequest): Promise<BegunFlow> {
    const operationId = this.attempts.open(caller, providerConfigKey);
    const defaults = caller.session?.defaults[providerConfigKey];
    const target = await this.#prepare(caller, providerConfigKey, request, operationId);
    try {
      return await this.#send(target, request, caller.session ? { ...defaults } : undefined);
    } catch (thrown) {
      await this.attempts.fail(target, toAppError(thrown));
      throw thrown;
    }
  }

  /** Never throws for what the browser brings: the outcome goes to the page and to the client's socket alike. */
  async finish({ state, query, isSameBrowser }: Returned): Promise<FinishedFlow> {
    const pending = await this.states.consume(state);
    if (!pending) return { error: new AppError('state_err', GONE) };
    const { providerConfigKey } = pending.plan;
    try {
      const connected = await this.#complete(pending, query, isSameBrowser);
      this.#tell(pending.wsClientId, successOf(connected));
      return { connected, providerConfigKey };
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.fault === 'us') this.#log.error({ err: error.cause ?? error }, error.message);
      this.report(pending.wsClientId, providerConfigKey, error, pending.plan.connectionId);
      return { error, providerConfigKey };
    }
  }

  /** Tells a client that its flow failed. */
  report(wsClientId: string | undefined, providerConfigKey: string | undefined, error: AppError, connectionId?: string): void {
    this.#tell(wsClientId, {
      message_type: 'error',
      ...(providerConfigKey === undefined ? {} : { provider_config_key: providerConfigKey }),
      ...(connectionId === undefined ? {} : { connection_id: connectionId }),
      error_type: errorTypeOf(error),
      error_desc: describe(error),
    });
  }

  async #prepare(
    caller: Caller,
    providerConfigKey: string,
    request: BrowserRequest,
    operationId: string,
  ): Promise<ConnectTarget> {
    try {
      const target = await this.targets.plan(caller, providerConfigKey, request, isBrowserMode, operationId);
      const { plan, integration, provider } = target;
      refuseProblems(configProblems(provider, plan.connectionConfig, integration.custom, false));
      return { plan, integration, provider };
    } catch (error) {
      this.attempts.refuse(operationId, error);
      throw error;
    }
  }

  /** @param defaults of the session; undefined where none called */
  async #send(target: ConnectTarget, request: BrowserRequest, defaults: IntegrationDefaults | undefined): Promise<BegunFlow> {
    const { plan, integration, provider } = target;
    const identity = await this.identities.of(plan.environmentId, plan.providerConfigKey, provider);
    const state = this.states.newState();
    const asked: BeginRequest = {
      ...identity,
      state,
      authorizationParams: { ...request.authorizationParams, ...defaults?.authorization_params },
      userScope: defaults ? defaults.user_scopes : request.userScope,
    };
    const begun = await this.modes.begin({ provider, integration, connectionConfig: plan.connectionConfig }, asked);
    await this.states.save(plan.environmentId, state, this.#pending(target, request, asked, begun));
    this.attempts.note(plan, `the browser was sent to ${new URL(begun.url).host}`);
    return { url: begun.url, state };
  }

  #pending(
    { plan }: ConnectTarget,
    { wsClientId }: BrowserRequest,
    { callbackUrl }: BeginRequest,
    { memory }: Begun,
  ): PendingFlow {
    return { plan, wsClientId, callbackUrl, memory };
  }

  async #complete(
    { plan, callbackUrl, memory }: PendingFlow,
    query: Returned['query'],
    isSameBrowser: boolean,
  ): Promise<Connected> {
    const target = await this.#reload(plan);
    const { integration, provider } = target;
    return this.attempts.run(target, async () => {
      if (!isSameBrowser && needsSameBrowser(provider.auth_mode)) throw new AppError('state_cookie_err', OTHER_BROWSER);
      const subject = { provider, integration, connectionConfig: plan.connectionConfig };
      return this.modes.finish(subject, { callbackUrl, memory, query });
    });
  }

  async #reload(plan: PendingFlow['plan']): Promise<ConnectTarget> {
    try {
      return await this.targets.reload(plan);
    } catch (error) {
      this.attempts.refuse(plan.operationId, error);
      throw error;
    }
  }

  /** The page does not wait for it: a Redis that is away gets it when it is back. */
  #tell(wsClientId: string | undefined, message: LiveMessage): void {
    if (wsClientId === undefined || !CLIENT_ID.test(wsClientId)) return;
    this.live
      .publish(wsClientId, message)
      .catch((error: unknown) => this.#log.warn(`a result was not told: ${messageOf(error)}`));
  }
}

const isBrowserMode = ({ auth_mode }: ConnectTarget['provider']): boolean => BROWSER_MODES.has(auth_mode);

const successOf = ({ providerConfigKey, connectionId, isPending }: Connected): LiveMessage => ({
  message_type: 'success',
  provider_config_key: providerConfigKey,
  connection_id: connectionId,
  is_pending: isPending,
});
