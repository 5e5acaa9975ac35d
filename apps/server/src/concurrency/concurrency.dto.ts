import { z } from 'zod';
import { executionKind } from '#libs/contracts';

export const environmentParams = z.strictObject({ environment: z.uuid() });
export type EnvironmentParams = z.output<typeof environmentParams>;

const MOST_RUNNING = 100_000;
const MOST_QUEUED = 100_000_000;
const MOST_WEIGHT = 100;

/** What is absent or null is as everywhere. */
const ownCaps = z
  .strictObject({
    max_running: z.number().int().min(1).max(MOST_RUNNING).nullable().default(null),
    max_running_per_connection: z.number().int().min(0).max(MOST_RUNNING).nullable().default(null),
    max_queued: z.number().int().min(1).max(MOST_QUEUED).nullable().default(null),
    weight: z.number().int().min(1).max(MOST_WEIGHT).nullable().default(null),
  })
  .meta({ id: 'OwnConcurrency' });

/** All an environment has of its own: kinds that are absent are as everywhere. */
export const setConcurrency = z.partialRecord(executionKind, ownCaps);
export type SetConcurrency = z.output<typeof setConcurrency>;

const kindConcurrency = z
  .object({
    own: ownCaps,
    in_force: z.object({
      max_running: z.number().int(),
      max_running_per_connection: z.number().int(),
      max_queued: z.number().int(),
      weight: z.number().int(),
    }),
    running: z.number().int().nullable(),
    queued: z.number().int().nullable(),
  })
  .meta({ id: 'Concurrency' });

export const concurrencyReply = z.object({ data: z.record(executionKind, kindConcurrency) });
export type ConcurrencyReply = z.output<typeof concurrencyReply>;
