import type { BeginRequest } from '#libs/auth-modes';

/** What a request must not change: who asks, for what, and how the answer is tied to the question (spec/auth.md §2.16). */
const RESERVED = new Set([
  'response_type',
  'code_challenge',
  'code_challenge_method',
  'state',
  'redirect_uri',
  'scope',
  'client_id',
  'resource',
]);

export const withoutReserved = (request: BeginRequest): BeginRequest => ({
  ...request,
  authorizationParams: Object.fromEntries(
    Object.entries(request.authorizationParams ?? {}).filter(([name]) => !RESERVED.has(name)),
  ),
});
