import { type CanActivate, createParamDecorator, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { KeyObject } from 'node:crypto';
import type { ExecutionClaims } from '#libs/contracts';
import { verifyExecutionToken } from '#libs/execution-token';
import { bearerOf } from '#libs/http';
import { AppError } from '#libs/kernel';

/** Injection token of the key that verifies execution tokens. */
export const EXECUTION_PUBLIC_KEY = Symbol('execution-public-key');

interface ExecutionRequest extends FastifyRequest {
  execution?: ExecutionClaims;
}

/** Opens routes to runs: their signed token says which environment and connection they are about, without a lookup. */
@Injectable()
export class ExecutionGuard implements CanActivate {
  constructor(@Inject(EXECUTION_PUBLIC_KEY) private readonly publicKey: KeyObject) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ExecutionRequest>();
    const token = bearerOf(request.headers.authorization);
    if (token === undefined) throw new AppError('invalid_execution_token', 'send the execution token as bearer');
    request.execution = await verifyExecutionToken(this.publicKey, token);
    return true;
  }
}

/** The run that called. */
export const CurrentExecution = createParamDecorator((_data: unknown, context: ExecutionContext): ExecutionClaims => {
  const { execution } = context.switchToHttp().getRequest<ExecutionRequest>();
  if (!execution) throw new AppError('invalid_execution_token', 'the route is not behind ExecutionGuard');
  return execution;
});
