import type { ConnectSession } from '#libs/accounts';
import type { Integration } from '#libs/credentials';
import type { ConnectionRowId, EnvironmentId, IntegrationId } from '#libs/kernel';
import type { Provider } from '#libs/providers';

export type Config = Readonly<Record<string, unknown>>;
type Texts = Readonly<Record<string, string>>;

/** What a browser sends with any attempt to connect (spec/api.md §3.17, §3.18). */
export interface ConnectRequest {
  /** Public keys only: sessions decide it themselves. */
  readonly connectionId?: string | undefined;
  readonly hmac?: string | undefined;
  /** For the connection's configuration. */
  readonly params?: Texts | undefined;
}

/** An attempt without a browser window. */
export interface DirectRequest extends ConnectRequest {
  readonly authMode: string;
  /** What the user typed, by field. */
  readonly credentials: Config;
}

/** An attempt through the provider's own pages. */
export interface BrowserRequest extends ConnectRequest {
  /** Where to tell the outcome. */
  readonly wsClientId?: string | undefined;
  /** Public keys only. */
  readonly userScope?: string | undefined;
  readonly authorizationParams?: Texts | undefined;
  /** `oauth_client_id_override`, `oauth_client_secret_override`, `oauth_refresh_token_override`. */
  readonly overrides?: Texts | undefined;
}

/** All that decides what becomes of an attempt, but for the credentials. JSON: it waits, sealed, while a browser is away. */
export interface ConnectPlan {
  readonly environmentId: EnvironmentId;
  readonly integrationId: IntegrationId;
  readonly providerConfigKey: string;
  /** The one to renew, the one the caller chose, or a new one. */
  readonly connectionId: string;
  readonly reconnects?: ConnectionRowId | undefined;
  /** As far as it is known before the provider answers. */
  readonly connectionConfig: Config;
  /** What the developer set in advance: a provider's answer does not change it. */
  readonly fixedConfig: Config;
  readonly endUser?: ConnectSession['endUser'] | undefined;
  readonly tags?: Texts | undefined;
  readonly webhookUrlOverride?: string | null | undefined;
  readonly operationId: string;
}

/** A plan with what it is about. */
export interface ConnectTarget {
  readonly plan: ConnectPlan;
  readonly integration: Integration;
  readonly provider: Provider;
}

/** What is remembered of a browser that was sent to a provider. */
export interface PendingFlow {
  readonly plan: ConnectPlan;
  readonly wsClientId?: string | undefined;
  readonly callbackUrl: string;
  /** What the auth mode remembers. */
  readonly memory: Config;
}

/** Where to send a browser. */
export interface BegunFlow {
  readonly url: string;
  readonly state: string;
}

/** A connection that was just made or renewed. */
export interface Connected {
  readonly providerConfigKey: string;
  readonly connectionId: string;
  /** Something else, such as an installation, has to happen before it can be used. */
  readonly isPending: boolean;
}

/** What a client's websocket is told (spec/api.md §3.17). */
export type LiveMessage =
  | {
      readonly message_type: 'success';
      readonly provider_config_key: string;
      readonly connection_id: string;
      readonly is_pending: boolean;
    }
  | {
      readonly message_type: 'error';
      readonly provider_config_key?: string | undefined;
      readonly connection_id?: string | undefined;
      readonly error_type: string;
      readonly error_desc: string;
    };
