import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ExecutionClaims } from '#libs/contracts';
import { bearerOf } from '#libs/http';
import { AppError } from '#libs/kernel';
import { ExecutionTokens } from './execution-tokens.service.js';
import { SettledRuns } from './settled-runs.service.js';

export { EXECUTION_PUBLIC_KEY } from './execution-tokens.service.js';

interface ExecutionRequest extends FastifyRequest {
  execution?: ExecutionClaims;
  fence?: () => Promise<void>;
}

/** Opens routes to runs: their signed token says what they are about, without a lookup. */
@Injectable()
export class ExecutionGuard implements CanActivate {
  constructor(private readonly tokens: ExecutionTokens) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ExecutionRequest>();
    const token = bearerOf(request.headers.authorization);
    if (token === undefined) throw new AppError('invalid_execution_token', 'send the execution token as bearer');
    request.execution = await this.tokens.verify(token);
    return true;
  }
}

/** Closes what changes state to runs that have ended; stands after `ExecutionGuard`. */
@Injectable()
export class LiveRunGuard implements CanActivate {
  constructor(private readonly settled: SettledRuns) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.settled.refuse(executionOf(context).sub);
    return true;
  }
}

/** The same for what is asked where it is written, while that is made ready (`fenceOf`): only then is the answer sure, and it costs no time of its own. */
@Injectable()
export class FencedRunGuard implements CanActivate {
  constructor(private readonly settled: SettledRuns) {}

  canActivate(context: ExecutionContext): boolean {
    const { sub } = executionOf(context);
    context.switchToHttp().getRequest<ExecutionRequest>().fence = () => this.settled.refuseNow(sub);
    return true;
  }
}

/** Throws once the run that called has ended. Undefined where a run may do after its end what it asked for. */
export const fenceOf = (context: ExecutionContext): (() => Promise<void>) | undefined =>
  context.switchToHttp().getRequest<ExecutionRequest>().fence;

/** The run that called. @throws AppError on a route that is not behind `ExecutionGuard` */
export function executionOf(context: ExecutionContext): ExecutionClaims {
  const { execution } = context.switchToHttp().getRequest<ExecutionRequest>();
  if (!execution) throw new AppError('invalid_execution_token', 'the route is not behind ExecutionGuard');
  return execution;
}

/** The run that called. */
export const CurrentExecution = createParamDecorator((_data: unknown, context: ExecutionContext) => executionOf(context));
