import { z } from 'zod';

/** Queues that carry ready work (design §2.4). Truth is in Postgres: a queue can be lost and is rebuilt. */
export const QUEUES = ['action', 'action-async', 'sync', 'on-event', 'delivery', 'maintenance'] as const;
export type QueueName = (typeof QUEUES)[number];

/** Queues that are a Redis stream, without a way through BullMQ: somebody waits for what they carry (ADR 20). */
export const STREAMS = ['action'] as const satisfies readonly QueueName[];
export type StreamName = (typeof STREAMS)[number];
export const isStream = (name: QueueName): name is StreamName => (STREAMS as readonly QueueName[]).includes(name);

interface JobKind {
  readonly queue: QueueName;
  readonly data: z.ZodType;
}

/**
 * Every job there is. Producers, handlers and payload types derive from this table; fields are only ever added, as
 * optional, since jobs of the previous release may be in flight. Job id = execution id or delivery attempt id.
 */
export const JOBS = {
  /** A caller waits for this action on `replyTo`; its input travels in Redis under the execution id. */
  'action.run': {
    queue: 'action',
    data: z.object({
      executionId: z.uuid(),
      environmentId: z.number().int(),
      replyTo: z.string(),
      functionId: z.number().int(),
      connectionRowId: z.number().int(),
      operationId: z.string(),
      createdAtMs: z.number().int(),
      /** Between `createdAtMs` and the start, and between the start and the end. */
      startWithinMs: z.number().int().optional(),
      runWithinMs: z.number().int().optional(),
      /** JSON text of the input where it is small; else it is read from Redis. */
      input: z.string().max(1500).optional(),
      /** Its outcome is written down, whole, before anybody is told of it: others may ask for it later. */
      isKept: z.boolean().optional(),
    }),
  },
  'action.run-async': {
    queue: 'action-async',
    data: z.object({ executionId: z.uuid(), environmentId: z.number().int() }),
  },
  'sync.run': {
    queue: 'sync',
    data: z.object({ executionId: z.uuid(), environmentId: z.number().int() }),
  },
  'on-event.run': {
    queue: 'on-event',
    data: z.object({ executionId: z.uuid(), environmentId: z.number().int() }),
  },
  'delivery.send': {
    queue: 'delivery',
    data: z.object({ deliveryId: z.uuid(), attempt: z.number().int() }),
  },
  /** A connection's token is renewed ahead of its end, or its key tried, unless its credentials have another version by then. */
  'connection.refresh': {
    queue: 'maintenance',
    data: z.object({
      rowId: z.number().int(),
      environmentId: z.number().int(),
      credentialsVersion: z.number().int(),
    }),
  },
  /** Runs a compiled function without keeping what it writes; all of it is in the row. */
  'function.dry-run': {
    queue: 'maintenance',
    data: z.object({ jobId: z.uuid(), environmentId: z.number().int() }),
  },
} as const satisfies Record<string, JobKind>;

export type JobName = keyof typeof JOBS;
/** Jobs that a producer enqueues. */
export type QueuedJobName = { [Name in JobName]: (typeof JOBS)[Name]['queue'] extends StreamName ? never : Name }[JobName];
/** Jobs that are added to a stream by the script that admits them. */
export type StreamedJobName = Exclude<JobName, QueuedJobName>;
export type JobData<Name extends JobName> = z.output<(typeof JOBS)[Name]['data']>;
