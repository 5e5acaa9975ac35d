import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { AccountId, EnvironmentId } from '#libs/kernel';

/** Who called: the environment an API key belongs to, and what the key may do. */
export interface Caller {
  readonly accountId: AccountId;
  readonly environmentId: EnvironmentId;
  readonly environmentName: string;
  readonly environmentUuid: string;
  readonly scopes: readonly string[];
}

/** Where the guard leaves the caller on the request. */
export interface AuthenticatedRequest {
  caller?: Caller;
}

/** The caller of a route that an API key opened. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!caller) throw new Error('a route that asks for the caller must declare an API key scope with @Access');
  return caller;
});
