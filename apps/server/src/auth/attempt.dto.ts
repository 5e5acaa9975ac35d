import { z } from 'zod';
import type { Caller } from '#libs/accounts';
import { connectionId, providerConfigKey } from '#libs/contracts';
import { AppError } from '#libs/kernel';

const texts = z.record(z.string(), z.string());

export const attemptParams = z.object({ providerConfigKey });
export type AttemptParams = z.output<typeof attemptParams>;

/** What the frontend SDK may add to any call; what it adds besides is no concern of the route (spec/api.md §4.2). */
const anyAttempt = z.looseObject({
  connection_id: connectionId.optional(),
  hmac: z.string().optional(),
  params: texts.optional(),
});

export const attemptQuery = anyAttempt;
export type AttemptQuery = z.output<typeof attemptQuery>;

export const browserQuery = anyAttempt.extend({
  ws_client_id: z.string().optional(),
  user_scope: z.string().optional(),
  authorization_params: texts.optional(),
  credentials: texts.optional(),
});
export type BrowserQuery = z.output<typeof browserQuery>;

/**
 * What an attempt asks for. Sessions decide themselves which connection they make or renew.
 * @throws AppError `invalid_query_params` when a session comes with `connection_id`
 */
export function requestOf({ session }: Caller, { connection_id: id, hmac, params }: AttemptQuery) {
  if (session && id !== undefined) {
    const issues = [{ code: 'custom', message: 'not allowed with a Connect session', path: ['connection_id'] }];
    throw new AppError('invalid_query_params', '', { issues });
  }
  return { connectionId: id, hmac, params };
}
