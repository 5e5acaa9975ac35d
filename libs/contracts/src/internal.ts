import { z } from 'zod';
import { connectionId, providerConfigKey } from './formats.js';

/**
 * The server's internal API for runners, under an execution token.
 *
 * | call | body → answer |
 * |---|---|
 * | `POST /internal/lease` | leaseRequest → connectionLease, refreshed if due, forced or refused |
 * | `GET /internal/connections/:connectionId` | as the public route of this name |
 * | `POST | PATCH /internal/metadata` | metadata of the run's own connection → 204: replace, merge |
 * | `GET /internal/environment-variables` | → `[{ name, value }]` |
 * | `GET /internal/integration?include` | → public object of the run's integration; `webhook` and `credentials` where asked for |
 * | `POST /internal/action/trigger`, `/internal/sync/trigger`, `/internal/sync/start` | as the public routes of these names, headers included |
 * | `POST /internal/rate-limits/admit` | admissionRequest → admissionAnswer, once the call may go; 429 `rate_limited` if it may not |
 * | `POST /internal/rate-limits/learn` | limitsReport → governorAnswer |
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

const milliseconds = z.number().min(0).max(86_400_000);
const count = z.number().int().min(0).max(1e9);

/** What an answer of a provider says about its limits. Times are from now on: no two machines' clocks agree. */
export const learntLimits = z.object({
  /** Whether the limit is to be watched: calls are refused, or little is left. */
  low: z.boolean(),
  remaining: count.optional(),
  limit: count.min(1).optional(),
  /** Until the limit is whole again. */
  resetsInMs: milliseconds.optional(),
  /** Length of the window the limit counts in. */
  windowMs: z.number().min(0).optional(),
  /** Present where the provider refused the call: it refuses others for as long. */
  blockedForMs: milliseconds.optional(),
});
export type LearntLimits = z.output<typeof learntLimits>;

/** A bucket of the rate governor: the environment's id, a colon, and what tells it from the others of the environment. */
const bucket = z.string().regex(/^\d+:[\w:.-]{1,100}$/);
/** Names one admission, so that its end can be told. */
const ticket = z
  .string()
  .regex(/^[\w-]+:\d+$/)
  .max(64);

/** How a call meets a limit that is used up: it waits its turn, is refused at once, or is made all the same. */
export const rateLimitMode = z.enum(['wait', 'fail', 'pass']);
export type RateLimitMode = z.output<typeof rateLimitMode>;

export const admissionRequest = z.object({ bucket, maxWaitMs: z.number().int().min(0).max(3_600_000), connection: connectionId });
export const limitsReport = z.object({
  bucket,
  learnt: learntLimits.optional(),
  /** Since the call was sent. */
  ageMs: z.number().min(0).default(0),
  /** Tickets of calls that have ended. */
  answered: z.array(ticket).max(1_000).default([]),
});
export type LimitsReport = z.input<typeof limitsReport>;

/** The governor as the server's variables set it, and how long the bucket asked about will be watched. */
export const governorAnswer = z.object({
  mode: z.enum(['off', ...rateLimitMode.options]),
  maxWaitMs: z.number(),
  /** 0 where the bucket is not watched. */
  engagedForMs: z.number(),
  blockedForMs: z.number(),
});
export type GovernorAnswer = z.output<typeof governorAnswer>;
export const admissionAnswer = governorAnswer.extend({ ticket: ticket.optional() });
export type AdmissionAnswer = z.output<typeof admissionAnswer>;
