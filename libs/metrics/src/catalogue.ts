/** Who reports a metric. `leader`: the one orchestrator that holds the lease `metrics`, for the whole installation. */
type Source =
  | 'leader'
  | 'orchestrator'
  | 'jobs'
  | 'runner'
  | 'server, jobs'
  | 'server, orchestrator, jobs'
  | 'all'
  | 'all but runner';

interface Described {
  readonly from: Source;
  readonly labels: readonly string[];
  readonly text: string;
}
export type Metric = Described &
  (
    | { readonly type: 'counter' | 'gauge'; readonly unit?: 's' | 'By' }
    | { readonly type: 'histogram'; readonly unit: 's'; readonly buckets: readonly number[] }
  );

/** Waits of users and schedules: from what nobody notices to a deadline. */
const WAITS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];
/** Work of functions: up to their longest times. */
const RUNS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400];
/** Calls to others. */
const CALLS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const executions = {
  'fairlead.executions.waiting': {
    type: 'gauge',
    from: 'leader',
    labels: ['kind'],
    text: 'Backlog: executions that could start and wait for their turn, or for their connection’s limit',
  },
  'fairlead.executions.running': { type: 'gauge', from: 'leader', labels: ['kind'], text: 'Executions that hold a slot' },
  'fairlead.executions.oldest_ready_age': {
    type: 'gauge',
    unit: 's',
    from: 'leader',
    labels: ['kind'],
    text: 'Age of the oldest execution that could start and waits; 0 where none does',
  },
  'fairlead.environments.waiting': {
    type: 'gauge',
    from: 'leader',
    labels: ['kind', 'environment'],
    text: 'Backlog of the busiest environments (by id), as many as FAIRLEAD_METRICS_ENVIRONMENTS says',
  },
  'fairlead.environments.running': {
    type: 'gauge',
    from: 'leader',
    labels: ['kind', 'environment'],
    text: 'Slots that the same environments hold',
  },
  'fairlead.executions.waited': {
    type: 'histogram',
    unit: 's',
    from: 'jobs',
    labels: ['kind'],
    buckets: WAITS,
    text: 'Time from acceptance to start, of executions that started',
  },
  'fairlead.executions.ran': {
    type: 'histogram',
    unit: 's',
    from: 'jobs',
    labels: ['kind', 'outcome'],
    buckets: RUNS,
    text: 'Time a run took, preparation included; `outcome` is succeeded or failed',
  },
  'fairlead.jobs.ended': {
    type: 'counter',
    from: 'jobs',
    labels: ['job', 'outcome'],
    text: 'Jobs of the queues that ended: `outcome` is done, or lost for those that ended without their handler',
  },
  'fairlead.queues.jobs': {
    type: 'gauge',
    from: 'leader',
    labels: ['queue', 'state'],
    text: 'Jobs in Redis: `state` is waiting, active or delayed',
  },
  'fairlead.workers.alive': {
    type: 'gauge',
    from: 'leader',
    labels: ['kind'],
    text: 'Processes that run executions and showed it lately',
  },
  'fairlead.runner.runs': {
    type: 'gauge',
    from: 'runner',
    labels: [],
    text: 'Functions that run, or wait for a sandbox, in a runner',
  },
  'fairlead.runner.refused': { type: 'counter', from: 'runner', labels: [], text: 'Runs a runner refused because it shuts down' },
} as const satisfies Record<string, Metric>;

const schedules = {
  'fairlead.schedules.lateness': {
    type: 'histogram',
    unit: 's',
    from: 'orchestrator',
    labels: [],
    buckets: WAITS,
    text: 'Time from when a sync was due to when its run was accepted',
  },
  'fairlead.schedules.overdue': {
    type: 'gauge',
    from: 'leader',
    labels: [],
    text: 'Syncs that are due and not yet accepted; counted up to 10,000',
  },
  'fairlead.schedules.oldest_overdue_age': {
    type: 'gauge',
    unit: 's',
    from: 'leader',
    labels: [],
    text: 'How long the longest of them has been due; 0 where none is',
  },
} as const satisfies Record<string, Metric>;

const upkeep = {
  'fairlead.leases.events': {
    type: 'counter',
    from: 'orchestrator',
    labels: ['lease', 'event'],
    text: 'What became of leases: `event` is taken, lost (to another process, after it ran out) or released',
  },
  'fairlead.leases.held': {
    type: 'gauge',
    from: 'orchestrator',
    labels: ['lease'],
    text: '1 where this process holds the lease, as far as it knows; the sum over all replicas is 1',
  },
  'fairlead.reconciler.decisions': {
    type: 'counter',
    from: 'orchestrator',
    labels: ['decision', 'kind'],
    text:
      'What was decided about work whose process, queue or store was lost. `decision` is what its line of the log says: ended_start_deadline, ' +
      'ended_run_deadline, ended_worker_lost, redis_rebuilt, running_counted, queued_offered, slot_freed, job_enqueued, action_given_up, ' +
      'schedule_freed, webhook_sent_again, leader_taken, step_late',
  },
  'fairlead.metrics.failed': {
    type: 'counter',
    from: 'all',
    labels: ['source'],
    text: 'Times that values could not be looked up; they are left out of the answer',
  },
} as const satisfies Record<string, Metric>;

const outside = {
  'fairlead.http.errors': {
    type: 'counter',
    from: 'all',
    labels: ['code', 'fault'],
    text: 'Requests answered with an error, by its code ([errors](errors.md)) and whose fault it is: user, provider or us',
  },
  'fairlead.deliveries.pending': {
    type: 'gauge',
    from: 'leader',
    labels: [],
    text: 'Webhooks that are accepted and not yet delivered or given up; counted up to 10,000',
  },
  'fairlead.deliveries.oldest_pending_age': {
    type: 'gauge',
    unit: 's',
    from: 'leader',
    labels: [],
    text: 'Age of the oldest of them; 0 where there is none',
  },
  'fairlead.deliveries.attempts': {
    type: 'counter',
    from: 'jobs',
    labels: ['outcome'],
    text: 'Attempts at webhooks: `outcome` is delivered, pending (another one follows) or failed (given up)',
  },
  'fairlead.credentials.refreshes': {
    type: 'counter',
    from: 'server, jobs',
    labels: ['auth_mode', 'outcome'],
    text:
      'Renewals of credentials: `outcome` is refreshed, superseded (somebody else was faster), nothing (none was needed), gone, ' +
      'failed (tried again later) or rejected (the provider will not renew it)',
  },
  'fairlead.credentials.refreshed_in': {
    type: 'histogram',
    unit: 's',
    from: 'server, jobs',
    labels: [],
    buckets: CALLS,
    text: 'How long renewals took',
  },
  'fairlead.rate_governor.admitted': {
    type: 'counter',
    from: 'all',
    labels: [],
    text: 'Calls under a watched limit whose turn came',
  },
  'fairlead.rate_governor.waited': {
    type: 'histogram',
    unit: 's',
    from: 'all',
    labels: [],
    buckets: WAITS,
    text: 'How long admitted calls waited for their turn',
  },
  'fairlead.rate_governor.refused': { type: 'counter', from: 'all', labels: [], text: 'Calls refused with rate_limited' },
  'fairlead.rate_governor.degraded': {
    type: 'counter',
    from: 'all',
    labels: [],
    text: 'Calls under a watched limit that went unasked because nobody could be asked in time',
  },
} as const satisfies Record<string, Metric>;

const processes = {
  'fairlead.database.connections': {
    type: 'gauge',
    from: 'all but runner',
    labels: ['service', 'store', 'state'],
    text: 'Connections of a pool: `store` is control-plane, records or records-replica, `state` used, idle, or waiting for requests that wait for one',
  },
  'fairlead.database.connections_max': {
    type: 'gauge',
    from: 'all but runner',
    labels: ['service', 'store'],
    text: 'Most connections the pool may have',
  },
  'fairlead.logs.dropped': {
    type: 'counter',
    from: 'all but runner',
    labels: [],
    text: 'Rows of the operation log given up because the store did not keep up',
  },
  'fairlead.process.resident_memory': { type: 'gauge', unit: 'By', from: 'all', labels: [], text: 'Memory of the process' },
  'fairlead.process.cpu_time': {
    type: 'counter',
    unit: 's',
    from: 'all',
    labels: [],
    text: 'Time on a processor since the start',
  },
  'fairlead.process.event_loop_delay': {
    type: 'gauge',
    unit: 's',
    from: 'all',
    labels: ['quantile'],
    text: 'How late the event loop was since it was last asked: `quantile` is 0.5 or 0.99',
  },
} as const satisfies Record<string, Metric>;

/** Every metric of Fairlead, by its name on the OpenTelemetry meter. Names are API, as error codes are. */
export const METRICS = { ...executions, ...schedules, ...upkeep, ...outside, ...processes };

export type MetricName = keyof typeof METRICS;
export type NameOf<Type extends Metric['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];
/** A value for each label of a metric. */
export type Labels<Name extends MetricName> = Readonly<Record<(typeof METRICS)[Name]['labels'][number], string>>;
