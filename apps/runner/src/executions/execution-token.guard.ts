import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { KeyObject } from 'node:crypto';
import { verifyExecutionToken } from '#libs/execution-token';
import { AppError } from '#libs/kernel';

/** Injection token of the public key execution tokens are verified with. */
export const EXECUTION_PUBLIC_KEY = Symbol('execution-public-key');

/** Lets a request in whose bearer token was signed by jobs; for an execution, the token must be the one of that very execution. */
@Injectable()
export class ExecutionTokenGuard implements CanActivate {
  constructor(@Inject(EXECUTION_PUBLIC_KEY) private readonly publicKey: KeyObject) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context
      .switchToHttp()
      .getRequest<FastifyRequest<{ Body?: { executionId?: unknown; token?: unknown }; Params: { executionId?: string } }>>();
    const bearer = request.headers.authorization?.replace(/^Bearer /, '') ?? request.body?.token;
    if (typeof bearer !== 'string') throw new AppError('invalid_execution_token', 'an execution token is needed');
    const claims = await verifyExecutionToken(this.publicKey, bearer);
    const subject = request.params.executionId ?? request.body?.executionId;
    if (claims.sub !== subject) throw new AppError('invalid_execution_token', 'the execution token belongs to another execution');
    return true;
  }
}
