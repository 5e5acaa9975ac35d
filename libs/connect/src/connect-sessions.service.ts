import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Caller, type ConnectSession, Environments, type SessionCallers } from '#libs/accounts';
import { Connections, Integrations } from '#libs/credentials';
import { AppError, type EnvironmentId } from '#libs/kernel';
import { ConnectSessionsRepository } from './connect-sessions.repository.js';
import { unknownKeys } from './domain/session-keys.js';
import { checkSessionToken, hashToken, newSessionToken, SESSION_LIFE_MS } from './domain/session-token.js';

/** A deleted session stops working on every replica within this time. */
const CACHE_MS = 1_000;

/** What a session may do beyond connecting (spec/api.md §1.1). */
const SESSION_SCOPES = ['environment:integrations:list'];

type Asked = 'endUser' | 'tags' | 'allowedIntegrations' | 'webhookUrlOverride' | 'defaults' | 'overrides';

/** What a developer asks a session for. */
export type NewSession = { readonly [Field in Asked]?: ConnectSession[Field] | undefined };

/** A session as its maker sees it, once. */
export interface IssuedSession {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Connect sessions: what lets an end user's browser connect accounts for half an hour (spec/auth.md §3.9). */
@Injectable()
export class ConnectSessions implements SessionCallers {
  readonly #callers = new LRUCache<string, Caller>({
    max: 10_000,
    ttl: CACHE_MS,
    fetchMethod: (token) => this.#load(token),
  });

  constructor(
    private readonly sessions: ConnectSessionsRepository,
    private readonly environments: Environments,
    private readonly integrations: Integrations,
    private readonly connections: Connections,
  ) {}

  /** @throws AppError `invalid_body` with the path of every integration that does not exist */
  async create(environmentId: EnvironmentId, given: NewSession): Promise<IssuedSession> {
    await this.#checkKeys(environmentId, given);
    return this.#issue(environmentId, given, null);
  }

  /**
   * A session that renews the credentials of one connection and does nothing else.
   * @throws AppError `invalid_body`: no such connection, or settings for unknown integrations
   */
  async createReconnect(
    environmentId: EnvironmentId,
    target: { readonly providerConfigKey: string; readonly connectionId: string },
    given: Omit<NewSession, 'allowedIntegrations'>,
  ): Promise<IssuedSession> {
    const { providerConfigKey, connectionId } = target;
    const ref = await this.connections.resolve(environmentId, providerConfigKey, connectionId);
    if (!ref) throw new AppError('invalid_body', `integration ${providerConfigKey} has no connection ${connectionId} to renew`);
    const only = { ...given, allowedIntegrations: [providerConfigKey] };
    await this.#checkKeys(environmentId, only);
    return this.#issue(environmentId, only, ref.id);
  }

  /** Who shows this token; remembered for a second. @throws AppError `invalid_connect_session_token_format`, `unknown_connect_session_token` */
  async authenticate(token: string): Promise<Caller> {
    const caller = await this.#callers.fetch(checkSessionToken(token));
    if (!caller)
      throw new AppError('unknown_connect_session_token', 'this Connect session has expired or was deleted: make a new one');
    return caller;
  }

  /** Ends a session before its time; connections under way still finish. */
  async delete(environmentId: EnvironmentId, session: ConnectSession): Promise<void> {
    await this.sessions.markDeleted(environmentId, session.id);
    this.#callers.clear();
  }

  async #load(token: string): Promise<Caller | undefined> {
    const stored = await this.sessions.find(hashToken(token));
    if (!stored) return undefined;
    const environment = await this.environments.get(stored.environmentId);
    return {
      accountId: environment.accountId,
      environmentId: environment.id,
      environmentName: environment.name,
      environmentUuid: environment.uuid,
      scopes: SESSION_SCOPES,
      session: stored.session,
    };
  }

  async #checkKeys(environmentId: EnvironmentId, given: NewSession): Promise<void> {
    const known = new Set((await this.integrations.list(environmentId)).map(({ uniqueKey }) => uniqueKey));
    const issues = unknownKeys(given, known);
    if (issues.length > 0) throw new AppError('invalid_body', '', { issues });
  }

  async #issue(
    environmentId: EnvironmentId,
    given: NewSession,
    reconnects: ConnectSession['reconnects'],
  ): Promise<IssuedSession> {
    const token = newSessionToken();
    const expiresAt = new Date(Date.now() + SESSION_LIFE_MS);
    const fields = {
      endUser: given.endUser ?? null,
      tags: given.tags ?? {},
      allowedIntegrations: given.allowedIntegrations?.length ? given.allowedIntegrations : null,
      webhookUrlOverride: given.webhookUrlOverride ?? null,
      defaults: given.defaults ?? {},
      overrides: given.overrides ?? {},
      reconnects,
    };
    await this.sessions.insert(environmentId, hashToken(token), fields, expiresAt);
    return { token, expiresAt };
  }
}
