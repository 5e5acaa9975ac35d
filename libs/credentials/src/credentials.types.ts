import type { Credentials, IntegrationCredentials } from '#libs/auth-modes';
import type { UrlPolicy } from '#libs/contracts';
import type { ConnectionRowId, EnvironmentId, IntegrationId } from '#libs/kernel';
import type { ImportedCredentials } from './domain/imported-credentials.js';

export interface Integration {
  readonly id: IntegrationId;
  readonly environmentId: EnvironmentId;
  /** The provider config key. */
  readonly uniqueKey: string;
  readonly provider: string;
  readonly displayName: string | null;
  readonly forwardWebhooks: boolean;
  readonly credentials: IntegrationCredentials | null;
  /** The integration's own settings: `integration_config` and `custom` of the API. */
  readonly custom: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** What its environment may call, laid over the server's policy. */
  readonly outboundPolicy?: UrlPolicy | undefined;
}

export interface NewIntegration {
  readonly provider: string;
  readonly uniqueKey: string;
  readonly displayName?: string | undefined;
  readonly forwardWebhooks?: boolean | undefined;
  readonly credentials?: IntegrationCredentials | undefined;
  /** Checked against the provider's `integration_config`. */
  readonly integrationConfig?: Readonly<Record<string, string>> | undefined;
  /** Only where the provider declares no `integration_config`. */
  readonly custom?: Readonly<Record<string, string>> | undefined;
}

/** Absent fields stay; `integrationConfig` and `custom` merge. */
export type IntegrationChanges = Omit<NewIntegration, 'provider' | 'uniqueKey'> & { readonly uniqueKey?: string | undefined };

/** A connection without its secrets: what names it everywhere. */
export interface ConnectionRef {
  readonly id: ConnectionRowId;
  readonly integrationId: IntegrationId;
  readonly environmentId: EnvironmentId;
  readonly connectionId: string;
  readonly providerConfigKey: string;
  readonly provider: string;
  readonly webhookUrlOverride: string | null;
}

/** The customer's own user a connection belongs to; `organization` comes from Connect sessions only. */
export interface ConnectionEndUser {
  readonly id: string;
  readonly email?: string | undefined;
  readonly display_name?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly organization?: { readonly id: string; readonly display_name?: string | undefined } | undefined;
}

/** A live error of a connection; `log_id` is the operation that tells more. */
export interface ConnectionProblem {
  readonly type: 'auth' | 'sync';
  readonly log_id: string;
}

/** How the last attempts to renew a connection's credentials went (spec/auth.md §4.5). */
export interface RefreshState {
  /** Null after a success. */
  readonly failedAt: Date | null;
  /** When the credentials that are stored now were got. */
  readonly savedAt: Date | null;
  /** Calendar days on which an attempt failed since the last success. */
  readonly attempts: number;
  /** No further attempt is made before somebody reconnects. */
  readonly exhausted: boolean;
}

export interface Connection extends ConnectionRef {
  readonly credentials: Credentials;
  /** Public and secret fields together. */
  readonly connectionConfig: Readonly<Record<string, unknown>>;
  /** Without those that are stored sealed. */
  readonly publicConfig: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly endUser: ConnectionEndUser | null;
  readonly errors: readonly ConnectionProblem[];
  /** Grows with every write. */
  readonly version: number;
  /** Grows when credentials are replaced: the fencing token of refreshes. */
  readonly credentialsVersion: number;
  readonly refresh: RefreshState;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastFetchedAt: Date | null;
}

/** A row of the list. `created` is text, since a Date has no microseconds (spec/api.md §5.1). */
export interface ConnectionSummary {
  readonly id: ConnectionRowId;
  readonly connectionId: string;
  readonly providerConfigKey: string;
  readonly provider: string;
  readonly errors: readonly ConnectionProblem[];
  readonly endUser: ConnectionEndUser | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly connectionConfig: Readonly<Record<string, unknown>>;
  readonly created: string;
}

export interface ConnectionFilters {
  readonly connectionId?: string | undefined;
  /** Part of the connection id, or of the end user's name or e-mail, in any case. */
  readonly search?: string | undefined;
  readonly endUserId?: string | undefined;
  readonly endUserOrganizationId?: string | undefined;
  /** Provider config keys. */
  readonly integrationIds?: readonly string[] | undefined;
  /** All must match. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly limit: number;
  /** From 0. */
  readonly page: number;
}

export interface NewConnection {
  readonly providerConfigKey: string;
  /** A UUID v4 is made where it is absent. */
  readonly connectionId?: string | undefined;
  readonly credentials: ImportedCredentials;
  readonly connectionConfig?: Readonly<Record<string, unknown>> | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly webhookUrlOverride?: string | undefined;
  readonly endUser?: ConnectionEndUser | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** What the import is written down as. */
  readonly operationId?: string | undefined;
}

/** Absent fields stay; an empty `webhookUrlOverride` removes it. */
export interface ConnectionChanges {
  readonly endUser?: ConnectionEndUser | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly webhookUrlOverride?: string | undefined;
}
