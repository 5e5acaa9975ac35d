import { Inject, Injectable } from '@nestjs/common';
import { type ConnectSession, type ConnectUiSettings, type IntegrationDefaults } from '#libs/accounts';
import type { IssuedSession } from '#libs/connect';
import { splitConfig, toEndUser } from '#libs/credentials';

/** Injection token of `ConnectApiOptions`. */
export const CONNECT_API_OPTIONS = Symbol('connect-api-options');

export interface ConnectApiOptions {
  /** Public address of the Connect UI. */
  readonly connectUrl: string;
  readonly websocketsPath: string;
}

/** Stands for a secret the developer has set: that it is set is all a browser need know. */
const SET = '[set]';

/** Shows sessions to their makers and to the Connect UI (spec/api.md §3.5). */
@Injectable()
export class SessionViews {
  constructor(@Inject(CONNECT_API_OPTIONS) private readonly options: ConnectApiOptions) {}

  issued({ token, expiresAt }: IssuedSession): Record<string, string> {
    const link = new URL(this.options.connectUrl);
    if (!link.pathname.endsWith('/')) link.pathname += '/';
    link.searchParams.set('session_token', token);
    return { token, connect_link: link.href, expires_at: expiresAt.toISOString() };
  }

  /** What the Connect UI needs to know. */
  forUi(session: ConnectSession, connectUISettings: ConnectUiSettings): Record<string, unknown> {
    const { allowedIntegrations, defaults, overrides, reconnects } = session;
    return {
      endUser: toEndUser(session.endUser),
      connectUISettings,
      ...(allowedIntegrations ? { allowed_integrations: allowedIntegrations } : {}),
      ...(isEmpty(defaults) ? {} : { integrations_config_defaults: mapValues(defaults, shownDefaults) }),
      ...(reconnects === null ? {} : { isReconnecting: true }),
      ...(isEmpty(overrides) ? {} : { overrides }),
      websocketsPath: this.options.websocketsPath,
    };
  }
}

const isEmpty = (value: object): boolean => Object.keys(value).length === 0;

const mapValues = <From, To>(from: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(from).map(([key, value]) => [key, map(value)]));

function shownDefaults({ connection_config: config, authorization_params }: IntegrationDefaults) {
  return {
    ...(config ? { connection_config: withoutSecrets(config) } : {}),
    ...(authorization_params ? { authorization_params } : {}),
  };
}

/** An empty secret stays empty: it asks the user. */
function withoutSecrets(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { connectionConfig, secretConfig } = splitConfig(undefined, config);
  return { ...connectionConfig, ...mapValues(secretConfig, (value) => (value === '' ? '' : SET)) };
}
