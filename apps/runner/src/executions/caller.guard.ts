import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '#libs/kernel';
import { Callers } from './callers.service.js';

const BEARER = 'Bearer ';

/** Lets jobs in, which shows a token it has signed (ADR 6). What a run may write is said by the run's own token, which others check. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(private readonly callers: Callers) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { authorization } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    if (!authorization?.startsWith(BEARER))
      throw new AppError('invalid_execution_token', 'send the token of the caller as bearer');
    await this.callers.verify(authorization.slice(BEARER.length));
    return true;
  }
}
