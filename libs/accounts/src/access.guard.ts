import { type CanActivate, type ExecutionContext, Inject, Injectable, Optional } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ACCESS, type AccessRule } from '#libs/http';
import { AppError } from '#libs/kernel';
import type { AuthenticatedRequest, Caller } from './caller.js';
import { readBearer } from './domain/api-key.js';
import { KeyAccess } from './key-access.service.js';
import { PublicKeys } from './public-keys.service.js';
import { isSessionToken, SESSION_CALLERS, type SessionCallers } from './session-callers.js';

const OPEN: ReadonlySet<AccessRule> = new Set<AccessRule>(['public', 'execution', 'operator', 'metrics']);

/** Opens routes to API keys, Connect sessions and public keys. Routes for runs and operators have guards of their own. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: KeyAccess,
    private readonly publicKeys: PublicKeys,
    @Optional() @Inject(SESSION_CALLERS) private readonly sessions?: SessionCallers,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rules = this.reflector.getAllAndOverride<AccessRule[] | undefined>(ACCESS, [context.getHandler(), context.getClass()]);
    if (!rules) throw new Error(`${context.getClass().name}.${context.getHandler().name} declares no @Access`);
    if (rules.some((rule) => OPEN.has(rule))) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & AuthenticatedRequest>();
    request.caller = rules.includes('connect') ? await this.#byQuery(request.query) : await this.#byHeader(request, rules);
    return true;
  }

  /** A token that looks like a session's is never tried as an API key. */
  async #byHeader({ headers }: FastifyRequest, rules: readonly AccessRule[]): Promise<Caller> {
    const credential = readBearer(headers.authorization);
    if (rules.includes('session') && (rules.length === 1 || isSessionToken(credential))) return this.#bySession(credential);
    return this.keys.caller(credential, rules);
  }

  async #byQuery(query: unknown): Promise<Caller> {
    const { connect_session_token: token, public_key: key } = query as Record<string, unknown>;
    if (token !== undefined && token !== '') return this.#bySession(typeof token === 'string' ? token : '');
    if (typeof key !== 'string' || key === '') {
      throw new AppError('missing_public_key', 'send connect_session_token (or public_key) in the query');
    }
    return this.publicKeys.authenticate(key);
  }

  #bySession(token: string): Promise<Caller> {
    if (!this.sessions) throw new AppError('unknown_connect_session_token', 'this service knows no Connect sessions');
    return this.sessions.authenticate(token);
  }
}
