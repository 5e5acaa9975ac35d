import { SetMetadata } from '@nestjs/common';

/**
 * Who may call a route: `public` for everybody, `execution` for a run's own token, `operator`, `metrics` for a scraper,
 * `session` for a Connect session in the header, `connect` for a session's token or a public key in the query, or an API key with one of these scopes.
 */
export type AccessRule =
  | 'public'
  | 'execution'
  | 'operator'
  | 'metrics'
  | 'session'
  | 'connect'
  | `environment${string}`
  | `account:${string}`;

export const ACCESS = 'fairlead:access';

/** Declares who may call a route; a lint rule and an architecture test see to it that every route says so. `env` = any environment key. */
export const Access = (...rules: [AccessRule, ...AccessRule[]]) => SetMetadata(ACCESS, rules);
