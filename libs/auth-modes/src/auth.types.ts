import type { UrlPolicy } from '#libs/contracts';
import type { Provider } from '#libs/providers';

/** Credentials of a connection, as `GET /connections/{id}` shows them (spec/auth.md §2.2): `type` and the fields of that type. */
export type Credentials = Readonly<{ type: string; [field: string]: unknown }>;

/** What a developer registered with a provider, as the API shows it (spec/api.md §3.2). */
export type IntegrationCredentials = Readonly<{ type: string; [field: string]: string | null | undefined }>;

/** `fresh`: use it. `due`: renew it first. `unknown`: it does not say when it ends. */
export type Freshness = 'fresh' | 'due' | 'unknown';

type Config = Readonly<Record<string, unknown>>;

/** Who wants credentials: a connection, existing or to be, of an integration at a provider. */
export interface AuthSubject {
  readonly provider: Provider;
  readonly integration: {
    readonly uniqueKey: string;
    readonly credentials: IntegrationCredentials | null;
    /** The integration's own settings: `integration_config` and `custom` of the API. */
    readonly custom: Readonly<Record<string, string>>;
    /** What its environment may call, laid over the server's policy. */
    readonly outboundPolicy?: UrlPolicy | undefined;
  };
  /** Public and secret parts together. */
  readonly connectionConfig: Config;
}

/** What a provider gave. */
export interface Minted {
  readonly credentials: Credentials;
  /**
   * Fields to merge over the connection's configuration, such as those that `token_response_metadata` names. Undefined takes a field
   * away.
   */
  readonly connectionConfig?: Config | undefined;
}

/** What a form or an API call gave; already checked for shape and length. */
export interface MintInput {
  readonly [field: string]: unknown;
}

/** A browser about to be sent to a provider. */
export interface BeginRequest {
  /** Where the provider sends the browser back to. */
  readonly callbackUrl: string;
  /** Random text that comes back with the browser. */
  readonly state: string;
  /** Added to the authorize call; the text `undefined` takes a parameter of the catalogue away. */
  readonly authorizationParams?: Readonly<Record<string, string>> | undefined;
  /** Slack's scopes of the user's own token, comma separated. */
  readonly userScope?: string | undefined;
  /** Identifies the client of MCP_OAUTH2 `cimd` providers: address of the client metadata document. */
  readonly clientMetadataUrl?: string | undefined;
  /** `<team> - <env> - <provider>`: name under which clients are registered dynamically. */
  readonly clientName: string;
}

/** Where to send the browser, and what to remember until it comes back. */
export interface Begun {
  readonly url: string;
  /** Kept sealed; JSON. Code verifier, request token secret, discovered metadata. */
  readonly memory: Config;
}

/** A browser that came back. */
export interface FinishRequest {
  readonly callbackUrl: string;
  readonly memory: Config;
  /** Query of the callback. */
  readonly query: Readonly<Record<string, string>>;
  /** The query was not brought by a browser, which may write what it likes: the customer's own server says so. */
  readonly isVouchedFor?: boolean | undefined;
}

/** How one auth mode gets credentials and keeps them alive. A mode implements what it can; the others are refused by `AuthModes`. */
export interface AuthMode {
  /**
   * Credentials from what the user typed, without a browser.
   * @throws AppError `invalid_credentials` (the provider refused them), `invalid_body`, `token_err`
   */
  mint?(subject: AuthSubject, input: MintInput): Promise<Minted>;
  /** @throws AppError `url_param_err` (values the authorize URL needs), `provider_config_err` */
  begin?(subject: AuthSubject, request: BeginRequest): Promise<Begun>;
  /** @throws AppError `callback_err` (the user or provider said no), `token_err` (no token for the code) */
  finish?(subject: AuthSubject, request: FinishRequest): Promise<Minted>;
  /** Whether credentials hold what it takes to renew them; true where a mode can refresh and does not say. */
  isRenewable?(subject: AuthSubject, credentials: Credentials): boolean;
  /**
   * New credentials for old ones. Null: there is nothing to renew them with, so that the old ones stay as they are.
   * Providers' own answers that carry no new refresh token keep the old one.
   * @throws AppError `refresh_token_external_error` with payload `{ status?, code?, permanent: boolean }`; `permanent` when the
   * provider said that the grant is gone (`invalid_grant` and its dialects)
   */
  refresh?(subject: AuthSubject, credentials: Credentials): Promise<Minted | null>;
}

/** Asks a provider whether a token still holds; `unknown` where it does not answer. */
export type Introspection = (subject: AuthSubject, credentials: Credentials) => Promise<Freshness>;
