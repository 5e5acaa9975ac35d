import type { Connection, ConnectionEndUser, ConnectionSummary } from './credentials.types.js';
import { isoOffset, isoZulu } from './domain/dates.js';
import { withoutRefreshTokens } from './domain/refresh-tokens.js';

export interface ConnectionView {
  /** `offset` for reads, `zulu` for the answer to an import (spec/api.md §5.1). */
  readonly dates: 'offset' | 'zulu';
  /** Without it `credentials` is `{}`, and `connection_config` holds no token or other secret of the same account. */
  readonly credentials: boolean;
  /** Keep refresh tokens in `credentials` and `connection_config`. */
  readonly refreshToken: boolean;
}

/** The public connection object (spec/api.md §3.4). */
export function toConnection(connection: Connection, view: ConnectionView): Record<string, unknown> {
  const iso = view.dates === 'offset' ? isoOffset : isoZulu;
  const shown = view.refreshToken ? <T>(value: T): T => value : withoutRefreshTokens;
  return {
    id: connection.id,
    connection_id: connection.connectionId,
    provider_config_key: connection.providerConfigKey,
    provider: connection.provider,
    errors: connection.errors,
    end_user: toEndUser(connection.endUser),
    tags: connection.tags,
    metadata: connection.metadata,
    connection_config: shown(view.credentials ? connection.connectionConfig : connection.publicConfig),
    webhook_url_override: connection.webhookUrlOverride,
    created_at: iso(connection.createdAt),
    updated_at: iso(connection.updatedAt),
    last_fetched_at: connection.lastFetchedAt && iso(connection.lastFetchedAt),
    credentials: view.credentials && connection.credentials.type !== 'NONE' ? shown(connection.credentials) : {},
  };
}

/** One entry of `GET /connections`. */
export function toConnectionListItem(summary: ConnectionSummary): Record<string, unknown> {
  return {
    id: summary.id,
    connection_id: summary.connectionId,
    provider_config_key: summary.providerConfigKey,
    provider: summary.provider,
    errors: summary.errors,
    end_user: toEndUser(summary.endUser),
    tags: summary.tags,
    metadata: summary.metadata,
    created: summary.created,
  };
}

/** The public end user object. */
export function toEndUser(endUser: ConnectionEndUser | null): Record<string, unknown> | null {
  if (!endUser) return null;
  const { organization } = endUser;
  return {
    id: endUser.id,
    display_name: endUser.display_name ?? null,
    email: endUser.email ?? null,
    tags: endUser.tags ?? null,
    organization: organization ? { id: organization.id, display_name: organization.display_name ?? null } : null,
  };
}
