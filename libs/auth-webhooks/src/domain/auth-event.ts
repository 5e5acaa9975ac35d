import type { ConnectionEndUser } from '#libs/credentials';

export type AuthOperation = 'creation' | 'override' | 'refresh';

/** What happened to a connection's credentials. */
export interface AuthEvent {
  readonly operation: AuthOperation;
  readonly connectionId: string;
  readonly providerConfigKey: string;
  readonly authMode: string;
  readonly provider: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Only of connections that came through Connect. */
  readonly endUser?: ConnectionEndUser | undefined;
  /** Present when it failed. */
  readonly error?: { readonly type: string; readonly description: string } | undefined;
}

interface Settings {
  readonly on_auth_creation: boolean;
  readonly on_auth_refresh_error: boolean;
}

/** Whether an environment wants to hear of it (spec/api.md §6.2): overrides have no switch; a recovery belongs to the error. */
export function isWanted({ operation }: AuthEvent, settings: Settings): boolean {
  if (operation === 'creation') return settings.on_auth_creation;
  if (operation === 'refresh') return settings.on_auth_refresh_error;
  return true;
}

/** Body of the webhook (spec/api.md §6.3). */
export function authPayload(event: AuthEvent, environment: string): Record<string, unknown> {
  const { error, tags, endUser, ...facts } = event;
  return {
    from: 'nango',
    type: 'auth',
    ...facts,
    environment,
    success: error === undefined,
    ...(tags && Object.keys(tags).length > 0 ? { tags } : {}),
    ...(endUser ? { endUser: endUserOf(endUser) } : {}),
    ...(error ? { error } : {}),
  };
}

const endUserOf = ({ id, email, tags, organization }: ConnectionEndUser) => ({
  endUserId: id,
  endUserEmail: email ?? null,
  ...(organization ? { organizationId: organization.id } : {}),
  tags: tags ?? {},
});
