/** Something an operator wants to be woken for, in the query language of Prometheus. */
export interface Alert {
  readonly name: string;
  readonly query: string;
  /** How long it must hold. */
  readonly for: string;
  readonly severity: 'page' | 'ticket';
  readonly means: string;
  readonly look: string;
}

/** What to alert on; `docs/metrics.md` lists it. Bounds are those of the deadlines and numbers of the design. */
export const ALERTS: readonly Alert[] = [
  {
    name: 'FairleadNotMeasured',
    query: 'absent(fairlead_executions_waiting)',
    for: '5m',
    severity: 'page',
    means: 'no orchestrator reports: none runs, none is scraped, or none reaches Redis and Postgres',
    look: '`/ready` of the orchestrators, `fairlead_metrics_failed_total`, their log',
  },
  {
    name: 'FairleadActionsWait',
    query: 'fairlead_executions_oldest_ready_age_seconds{kind="action"} > 5',
    for: '1m',
    severity: 'page',
    means: 'callers wait for their actions to start, and are refused after 30 s',
    look: '`fairlead_environments_waiting`: one environment at its cap, or all: then `fairlead_executions_running` against FAIRLEAD_EXECUTION_SLOTS, and the runners',
  },
  {
    name: 'FairleadSyncsWait',
    query: 'fairlead_executions_oldest_ready_age_seconds{kind=~"sync|on-event"} > 900',
    for: '10m',
    severity: 'ticket',
    means: 'there are more runs than slots: runs expire after their start deadline (an hour for syncs)',
    look: 'the same; more jobs and runner replicas, or larger caps',
  },
  {
    name: 'FairleadSchedulesLate',
    query: 'fairlead_schedules_oldest_overdue_age_seconds > 10',
    for: '2m',
    severity: 'page',
    means: 'syncs that are due are not accepted: nobody polls, or Postgres is too slow',
    look: 'the log of the orchestrators, `fairlead_database_connections`, slow statements in Postgres',
  },
  {
    name: 'FairleadSchedulesBehind',
    query: 'histogram_quantile(0.99, sum by (le) (rate(fairlead_schedules_lateness_seconds_bucket[5m]))) > 1',
    for: '10m',
    severity: 'ticket',
    means: 'the p99 lateness of schedules is above what Fairlead promises',
    look: 'as above; another orchestrator shares the work',
  },
  {
    name: 'FairleadExecutionsLost',
    query:
      'sum by (kind, decision) (increase(fairlead_reconciler_decisions_total{decision=~"ended_worker_lost|ended_run_deadline"}[10m])) > 5',
    for: '0m',
    severity: 'ticket',
    means: 'jobs processes die, or functions run past their limit',
    look: 'restarts and memory of the jobs and runner processes; which function, in the operation log',
  },
  {
    name: 'FairleadExecutionsExpire',
    query: 'sum by (kind) (increase(fairlead_reconciler_decisions_total{decision="ended_start_deadline"}[10m])) > 0',
    for: '0m',
    severity: 'page',
    means: 'accepted work was given up before it could start',
    look: '`fairlead_executions_oldest_ready_age_seconds`, `fairlead_workers_alive`',
  },
  {
    name: 'FairleadNoWorkers',
    query: 'fairlead_workers_alive{kind="jobs"} < 1',
    for: '1m',
    severity: 'page',
    means: 'nobody takes work',
    look: 'the jobs processes',
  },
  {
    name: 'FairleadNoLeader',
    query: 'sum(fairlead_leases_held{lease="sweeps"}) < 1',
    for: '2m',
    severity: 'page',
    means: 'lost executions are not found, and webhooks not sent again',
    look: 'the orchestrators and their way to Postgres',
  },
  {
    name: 'FairleadRedisEmptied',
    query: 'increase(fairlead_reconciler_decisions_total{decision="redis_rebuilt"}[10m]) > 0',
    for: '0m',
    severity: 'ticket',
    means: 'Redis lost what it held: nothing accepted is lost, and everything was late',
    look: 'restarts, memory and eviction policy of Redis (it must be noeviction)',
  },
  {
    name: 'FairleadOutOfStep',
    query:
      'sum by (decision) (increase(fairlead_reconciler_decisions_total{decision=~"running_counted|queued_offered|slot_freed|job_enqueued|action_given_up|schedule_freed"}[10m])) > 100',
    for: '0m',
    severity: 'ticket',
    means: 'processes die often, or Redis loses keys: everything is mended, and late',
    look: 'the decision, and its lines in the log of the orchestrators; restarts',
  },
  {
    name: 'FairleadSweepsLate',
    query: 'sum(increase(fairlead_reconciler_decisions_total{decision="step_late"}[10m])) > 10',
    for: '0m',
    severity: 'page',
    means: 'what a crash leaves behind is not mended: a store does not answer in time',
    look: 'Postgres and Redis, from the orchestrator that holds the lease `sweeps`',
  },
  {
    name: 'FairleadQueueFull',
    query: 'sum(increase(fairlead_http_errors_total{code="queue_full"}[5m])) > 0',
    for: '0m',
    severity: 'ticket',
    means: 'work is refused: an environment has as much waiting as it may',
    look: '`fairlead_environments_waiting`; its caps',
  },
  {
    name: 'FairleadErrors',
    query: 'sum by (code) (rate(fairlead_http_errors_total{fault="us"}[5m])) > 0.1',
    for: '5m',
    severity: 'page',
    means: 'requests fail through our own fault',
    look: 'the lines of the log with that code, and their support ids',
  },
  {
    name: 'FairleadWebhooksWait',
    query: 'fairlead_deliveries_oldest_pending_age_seconds > 900',
    for: '5m',
    severity: 'ticket',
    means: 'webhooks to customers are not sent, or a customer does not answer',
    look: '`fairlead_deliveries_attempts_total` by outcome, the queue `delivery`',
  },
  {
    name: 'FairleadWebhooksFail',
    query:
      'sum(rate(fairlead_deliveries_attempts_total{outcome="failed"}[15m])) > 0.2 * sum(rate(fairlead_deliveries_attempts_total[15m]))',
    for: '15m',
    severity: 'ticket',
    means: 'a fifth of all attempts are the last of a webhook that failed',
    look: 'which address, in the operation log; the way out',
  },
  {
    name: 'FairleadRefreshesFail',
    query:
      'sum(rate(fairlead_credentials_refreshes_total{outcome=~"failed|rejected"}[15m])) > 0.2 * sum(rate(fairlead_credentials_refreshes_total[15m]))',
    for: '15m',
    severity: 'page',
    means: 'credentials are not renewed: connections stop working when their tokens end',
    look: '`auth_mode`: one means a provider, all mean the way out or the store',
  },
  {
    name: 'FairleadPoolExhausted',
    query: 'fairlead_database_connections{state="waiting"} > 0',
    for: '2m',
    severity: 'ticket',
    means: 'requests wait for a connection to Postgres',
    look: 'slow statements; NANGO_DB_POOL_MAX, RECORDS_DATABASE_POOL_MAX; the pooler ([runbook](runbooks/pooler.md))',
  },
  {
    name: 'FairleadLogsDropped',
    query: 'increase(fairlead_logs_dropped_total[10m]) > 0',
    for: '0m',
    severity: 'ticket',
    means: 'the operation log has gaps',
    look: 'the log store',
  },
  {
    name: 'FairleadSlowLoop',
    query: 'fairlead_process_event_loop_delay_seconds{quantile="0.99"} > 0.25',
    for: '5m',
    severity: 'ticket',
    means: 'a process is busy with itself: everything it answers is late',
    look: 'its processor time; another replica',
  },
];
