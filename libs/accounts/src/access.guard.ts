import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ACCESS, type AccessRule } from '#libs/http';
import { AppError } from '#libs/kernel';
import { ApiKeys } from './api-keys.service.js';
import type { AuthenticatedRequest } from './caller.js';
import { readApiKey } from './domain/api-key.js';
import { hasScope } from './domain/scopes.js';

/** Opens routes to API keys. Routes for runs and operators have guards of their own. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeys,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rules = this.reflector.getAllAndOverride<AccessRule[] | undefined>(ACCESS, [context.getHandler(), context.getClass()]);
    if (!rules) throw new Error(`${context.getClass().name}.${context.getHandler().name} declares no @Access`);
    if (rules.some((rule) => rule === 'public' || rule === 'execution' || rule === 'operator')) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & AuthenticatedRequest>();
    const caller = await this.keys.authenticate(readApiKey(request.headers.authorization));
    if (!rules.some((rule) => rule === 'environment' || hasScope(caller.scopes, rule))) {
      throw new AppError('forbidden', `this API key lacks the scope ${rules.join(' or ')}`);
    }
    request.caller = caller;
    return true;
  }
}
