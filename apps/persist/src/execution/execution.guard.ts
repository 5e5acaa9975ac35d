import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ExecutionClaims } from '#libs/contracts';
import { AppError } from '#libs/kernel';
import { ExecutionTokens } from './execution-tokens.service.js';
import { SettledRuns } from './settled-runs.service.js';

export { EXECUTION_PUBLIC_KEY } from './execution-tokens.service.js';

interface ExecutionRequest extends FastifyRequest {
  execution?: ExecutionClaims;
  permit?: () => Promise<void>;
}

const BEARER = 'Bearer ';

/** Opens routes to runs: their signed token says what they are about, without a lookup. */
@Injectable()
export class ExecutionGuard implements CanActivate {
  constructor(private readonly tokens: ExecutionTokens) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ExecutionRequest>();
    const header = request.headers.authorization;
    if (!header?.startsWith(BEARER)) throw new AppError('invalid_execution_token', 'send the execution token as bearer');
    request.execution = await this.tokens.verify(header.slice(BEARER.length));
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

/**
 * As `LiveRunGuard`, for what changes a dataset: whether the run has ended is asked while the dataset is locked. Asked here, a process that is
 * halted after the answer would write once the next run has decided what is gone.
 */
@Injectable()
export class BatchGuard implements CanActivate {
  constructor(private readonly settled: SettledRuns) {}

  canActivate(context: ExecutionContext): boolean {
    const { sub } = executionOf(context);
    context.switchToHttp().getRequest<ExecutionRequest>().permit = () => this.settled.refuse(sub);
    return true;
  }
}

/** What `BatchGuard` left for the moment the dataset is locked; undefined on routes that change none. */
export const permitOf = (context: ExecutionContext): (() => Promise<void>) | undefined =>
  context.switchToHttp().getRequest<ExecutionRequest>().permit;

/** The run that called. @throws AppError on a route that is not behind `ExecutionGuard` */
export function executionOf(context: ExecutionContext): ExecutionClaims {
  const { execution } = context.switchToHttp().getRequest<ExecutionRequest>();
  if (!execution) throw new AppError('invalid_execution_token', 'the route is not behind ExecutionGuard');
  return execution;
}

/** The run that called. */
export const CurrentExecution = createParamDecorator((_data: unknown, context: ExecutionContext) => executionOf(context));
