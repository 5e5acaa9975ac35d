import { z } from 'zod';
import { connectionId, providerConfigKey } from './formats.js';

/**
 * The server's internal API for runners, under an execution token.
 *
 * | call | body → answer |
 * |---|---|
 * | `POST /internal/lease` | leaseRequest → connectionLease, refreshed if due, forced or refused |
 * | `POST | PATCH /internal/metadata` | metadata of the run's own connection → 204: replace, merge |
 * | `GET /internal/environment-variables` | → `[{ name, value }]` |
 * | `GET /internal/integration` | → public object of the run's integration, with `webhook_url`, without secrets |
 */
export const leaseRequest = z.object({
  providerConfigKey,
  connectionId,
  forceRefresh: z.boolean().default(false),
  /** The provider has just refused the credentials of the last lease. */
  rejected: z.boolean().default(false),
  /** Which credentials were refused, where the lease said it: others are given as they are. */
  rejectedVersion: z.number().int().optional(),
});
export type LeaseRequest = z.input<typeof leaseRequest>;
