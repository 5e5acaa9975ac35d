import { z } from 'zod';
import { QUEUES, type QueueName } from '#libs/contracts';

/** Jobs of each queue that one process runs at a time. */
export type Concurrency = Readonly<Record<QueueName, number>>;

const DEFAULT_CONCURRENCY: Concurrency = {
  action: 100,
  'action-async': 50,
  sync: 50,
  'on-event': 50,
  delivery: 50,
  maintenance: 20,
};

const overrides = z.partialRecord(z.enum(QUEUES), z.number().int().min(1).max(10_000));

/** Variables of every process that takes jobs. */
export const workersEnv = {
  JOBS_PROCESSOR_CONFIG: z
    .string()
    .default('{}')
    .transform((text, context): Concurrency => {
      const parsed = z.safeParse(overrides, parseJson(text));
      if (parsed.success) return { ...DEFAULT_CONCURRENCY, ...parsed.data };
      context.addIssue({ code: 'custom', message: `must be JSON such as {"action":100}, with any of ${QUEUES.join(', ')}` });
      return z.NEVER;
    })
    .describe(
      `Jobs of each queue that one jobs process runs at a time, as JSON; a tenth more for environments below their share; default ${JSON.stringify(DEFAULT_CONCURRENCY)}`,
    ),
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
