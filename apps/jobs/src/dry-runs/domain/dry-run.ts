import type { DryRunReport, ExecuteRequest, Outcome } from '#libs/contracts';
import type { FunctionJob, FunctionJobEnd } from '#libs/function-jobs';
import type { Run, Subject } from '../../runs/domain/execute-request.js';

const WALL_MS = 5 * 60_000;
const EMPTY: DryRunReport = { logs: [], http: [], records: {}, metadata: [], checkpoint: null, omitted: 0 };

/** A dry run is an execution under its job's id. */
export const runOf = ({ id, environmentId, facts }: FunctionJob): Run => ({
  executionId: id,
  kind: facts.function_type,
  environmentId,
  // Nothing that is deployed.
  functionId: 0,
  connectionRowId: facts.connectionRowId ?? 0,
  operationId: id,
  input: facts.input,
  wallMs: WALL_MS,
  ...(facts.function_type === 'sync'
    ? {
        sync: {
          syncId: id,
          syncRunId: 0,
          variant: 'base',
          checkpointKey: 'dryrun',
          lastSyncDate: facts.lastSyncDate === undefined ? null : new Date(facts.lastSyncDate),
          emptyCache: false,
        },
      }
    : {}),
});

/** What is run is not deployed, so no setting names it. */
export const subjectOf = ({ facts }: FunctionJob, memoryMb: number): Subject => ({
  function: { name: 'dryrun', bundleHash: facts.bundleHash ?? '', models: facts.models ?? [], trackDeletes: false },
  hosting: () => ({ memoryMb }),
});

/** Nothing is written, all is logged, and what the caller gave stands for what a real run would find. */
export function asDryRun(request: ExecuteRequest, { facts }: FunctionJob): ExecuteRequest {
  const { context, lease } = request;
  return {
    ...request,
    context: { ...context, loggerLevel: 'debug' },
    lease: facts.metadata ? { ...lease, connection: { ...lease.connection, metadata: facts.metadata } } : lease,
    dryRun: { checkpoint: facts.checkpoint ?? null },
  };
}

/** What its caller is told: the log as text, and everything else by name. */
export function endOf(outcome: Outcome): FunctionJobEnd {
  const report = outcome.dryRun ?? EMPTY;
  const output = report.logs.map(line).join('\n');
  const { durationMs, proxyCalls } = outcome;
  if (outcome.status === 'succeeded') return { output, result: { output: outcome.output, ...report, durationMs, proxyCalls } };
  const { code, message, payload, upstream } = outcome.error;
  return {
    output,
    result: { ...report, durationMs, proxyCalls },
    error: {
      code: 'dryrun_error',
      message: message ?? code,
      payload: { code, payload, ...(upstream === undefined ? {} : { upstream }) },
    },
  };
}

const line = ({ level, message, meta }: DryRunReport['logs'][number]): string =>
  `[${level}] ${message}${meta === undefined ? '' : ` ${JSON.stringify(meta)}`}`;
