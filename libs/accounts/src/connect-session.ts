import type { EndUser } from '#libs/contracts';
import type { ConnectionRowId } from '#libs/kernel';

/** What a developer sets in advance for connections of one integration (spec/api.md §3.5). */
export interface IntegrationDefaults {
  /** Slack's scopes of the user's own token, comma separated. */
  readonly user_scopes?: string | undefined;
  readonly authorization_params?: Readonly<Record<string, string>> | undefined;
  readonly connection_config?: Readonly<Record<string, unknown>> | undefined;
}

/** A Connect session: what an end user may connect, for whom, and with which settings. */
export interface ConnectSession {
  readonly id: string;
  readonly endUser:
    | (EndUser & { readonly organization?: { readonly id: string; readonly display_name?: string | undefined } | undefined })
    | null;
  readonly tags: Readonly<Record<string, string>>;
  /** Provider config keys; null: all of them. */
  readonly allowedIntegrations: readonly string[] | null;
  /** The connection whose credentials the session renews. */
  readonly reconnects: ConnectionRowId | null;
  readonly webhookUrlOverride: string | null;
  /** By provider config key. */
  readonly defaults: Readonly<Record<string, IntegrationDefaults>>;
  readonly overrides: Readonly<Record<string, { readonly docs_connect?: string | undefined }>>;
}
