import { z } from 'zod';
import { executionKind, type ExecutionKind } from '#libs/contracts';
import { integer } from '#libs/kernel';
import { headroomOf } from '#libs/queues';

const DEFAULT_SLOTS: Readonly<Record<ExecutionKind, number>> = { action: 100, 'action-async': 50, sync: 50, 'on-event': 50 };
const overrides = z.partialRecord(executionKind, z.number().int().min(1).max(100_000));

/** How much may run at a time, and wait. The same in every process: each of them admits work. */
export interface ExecutionsOptions {
  /** Executions of a kind that run at a time, over all environments: what the jobs processes have room for. */
  readonly slots: Readonly<Record<ExecutionKind, number>>;
  /** On top of the slots, for environments that have less than their share while others hold all of them; none by default. */
  readonly headroom?: Readonly<Record<ExecutionKind, number>>;
  /** Executions of a kind that run at a time in one environment. */
  readonly environmentCaps: Readonly<Record<ExecutionKind, number>>;
  /** Executions of a kind that run at a time for one connection; 0, the default, sets no limit. */
  readonly connectionCap?: number;
  /** Executions of a kind that may wait in one environment. */
  readonly maxQueued: number;
}

/** Variables of every process that accepts, admits or runs executions. */
export const executionsEnv = {
  FAIRLEAD_EXECUTION_SLOTS: z
    .string()
    .default('{}')
    .transform((text, context): Readonly<Record<ExecutionKind, number>> => {
      const parsed = z.safeParse(overrides, parseJson(text));
      if (parsed.success) return { ...DEFAULT_SLOTS, ...parsed.data };
      context.addIssue({
        code: 'custom',
        message: 'must be JSON such as {"action":100}, with any of action, action-async, sync, on-event',
      });
      return z.NEVER;
    })
    .describe(
      'Executions of each kind that run at a time over all environments, as JSON: the sum of JOBS_PROCESSOR_CONFIG over all jobs ' +
        `processes; the same in every process; default ${JSON.stringify(DEFAULT_SLOTS)}`,
    ),
  ACTION_ENVIRONMENT_MAX_CONCURRENCY: integer(500, 'Actions of one environment that run at a time', 1, 100_000),
  SYNC_ENVIRONMENT_MAX_CONCURRENCY: integer(500, 'Syncs of one environment that run at a time', 1, 100_000),
  ON_EVENT_ENVIRONMENT_MAX_CONCURRENCY: integer(100, 'On-event functions of one environment that run at a time', 1, 100_000),
  FAIRLEAD_CONNECTION_MAX_CONCURRENCY: integer(
    0,
    'Executions of a kind that run at a time for one connection, so that it cannot take all of what its environment has; 0 sets no limit',
    0,
    100_000,
  ),
  ORCHESTRATOR_TASK_CREATED_PER_GROUP_COUNT_MAX: integer(10_000, 'Executions of a kind that may wait in one environment', 1),
};

/** What `ExecutionsModule.forRoot` takes, from the variables of `executionsEnv`. */
export const executionsOptions = (config: z.output<z.ZodObject<typeof executionsEnv>>): ExecutionsOptions => ({
  slots: config.FAIRLEAD_EXECUTION_SLOTS,
  headroom: headroomOfEach(config.FAIRLEAD_EXECUTION_SLOTS),
  connectionCap: config.FAIRLEAD_CONNECTION_MAX_CONCURRENCY,
  environmentCaps: {
    action: config.ACTION_ENVIRONMENT_MAX_CONCURRENCY,
    // Asynchronous actions of an environment run one after the other (spec/functions.md §4.1).
    'action-async': 1,
    sync: config.SYNC_ENVIRONMENT_MAX_CONCURRENCY,
    'on-event': config.ON_EVENT_ENVIRONMENT_MAX_CONCURRENCY,
  },
  maxQueued: config.ORCHESTRATOR_TASK_CREATED_PER_GROUP_COUNT_MAX,
});

const headroomOfEach = (slots: Readonly<Record<ExecutionKind, number>>): Readonly<Record<ExecutionKind, number>> => ({
  action: headroomOf(slots.action),
  'action-async': headroomOf(slots['action-async']),
  sync: headroomOf(slots.sync),
  'on-event': headroomOf(slots['on-event']),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
