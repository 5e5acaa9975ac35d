import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { AccountId, EnvironmentId } from '#libs/kernel';
import type { ConnectSession } from './connect-session.js';

/** Who called: an environment, and what its key, session or public key may do. */
export interface Caller {
  readonly accountId: AccountId;
  readonly environmentId: EnvironmentId;
  readonly environmentName: string;
  readonly environmentUuid: string;
  readonly scopes: readonly string[];
  /** Present when a Connect session called. */
  readonly session?: ConnectSession | undefined;
}

/** Where the guard leaves the caller on the request. */
export interface AuthenticatedRequest {
  caller?: Caller;
}

/** The caller of a route that is not public. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!caller) throw new Error('a route that asks for the caller must declare with @Access who that may be');
  return caller;
});
