import { Inject, Injectable } from '@nestjs/common';
import { type ExecuteRequest, type FunctionError, type Outcome, scriptFailure } from '#libs/contracts';
import { messageOf } from '#libs/kernel';
import { gauges } from '#libs/metrics';
import type { RunResult } from '#libs/sandbox';
import { SandboxPool } from '../hosts/sandbox-pool.js';
import { answerCall } from '../sdk/operations.js';
import { DryRun } from '../sdk/dry-run.js';
import { deleteOutdated, emptyModels } from '../sdk/record-operations.js';
import { RunContext, Services } from '../sdk/run-context.js';
import { Bundles } from './bundles.js';
import { classifyFailure, classifyStop, type Failure, isInterruption, parseFailure } from './domain/classify.js';
import { inputOf, runFacts, scriptNameOf, warmKeyOf } from './domain/run-facts.js';
import { SourcePositions } from './domain/source-positions.js';

export const EXECUTIONS_OPTIONS = Symbol('executions-options');
export interface ExecutionsOptions {
  /** Longest computation without a call in between: what spins is stopped long before its wall time is up. */
  readonly spinMs: number;
  /** What running functions are given to end at shutdown. */
  readonly drainMs: number;
}

/** Runs one function: loads its code, gives it a sandbox, answers its calls, and says how it ended. */
@Injectable()
export class Executions {
  #running = 0;
  readonly #unwatch: () => void;
  #whenDrained: (() => void) | undefined;

  constructor(
    private readonly pool: SandboxPool,
    private readonly bundles: Bundles,
    private readonly services: Services,
    @Inject(EXECUTIONS_OPTIONS) private readonly options: ExecutionsOptions,
  ) {
    this.#unwatch = gauges('runner', ['fairlead.runner.runs'], (report) => report('fairlead.runner.runs', {}, this.#running));
  }

  /** Never rejects: whatever happens is an outcome. @param signal ends it: aborted when the caller is gone */
  async execute(request: ExecuteRequest, signal: AbortSignal): Promise<Outcome> {
    this.#running += 1;
    const dryRun = request.dryRun && new DryRun(request.dryRun, this.services);
    const run = new RunContext(request, dryRun?.services ?? this.services, signal);
    const outcome = await this.#end(run, signal);
    return dryRun ? { ...outcome, dryRun: dryRun.report() } : outcome;
  }

  /** What runs may end in time, and is stopped and told so after that. Nothing new comes when this is called. */
  async drain(): Promise<void> {
    this.#unwatch();
    if (this.#running === 0) return;
    const drained = new Promise<void>((resolve) => (this.#whenDrained = resolve));
    const stop = setTimeout(() => void this.pool.close(), this.options.drainMs);
    await drained;
    clearTimeout(stop);
  }

  async #end(run: RunContext, signal: AbortSignal): Promise<Outcome> {
    try {
      return await this.#run(run, signal);
    } catch (error) {
      return { status: 'failed', error: notRun(run, error), ...factsOf(run, 0) };
    } finally {
      run.end();
      await run.log.close();
      this.#running -= 1;
      if (this.#running === 0) this.#whenDrained?.();
    }
  }

  async #run(run: RunContext, signal: AbortSignal): Promise<Outcome> {
    const { request } = run;
    const bundle = await this.bundles.get(request.bundle.hash, request.bundle.url);
    const sources = new SourcePositions(scriptNameOf(request), bundle.code);
    run.sources = sources;
    if (request.context.emptyCache) await emptyModels(run);
    const spec = {
      id: request.executionId,
      scriptName: scriptNameOf(request),
      facts: JSON.stringify(runFacts(request)),
      input: inputOf(request),
      limits: { ...request.limits, spinMs: Math.min(this.options.spinMs, request.limits.wallMs) },
      ...(request.function.warm ? { warmKey: warmKeyOf(request) } : {}),
    };
    const { result } = await this.pool.run(spec, bundle, (op, args, body) => answerCall(run, op, args, body), signal);
    if (result.status === 'returned' && request.kind === 'sync' && request.function.trackDeletes) await deleteOutdated(run);
    await releaseLocks(run);
    return outcomeOf(run, result, sources);
  }
}

/** Why nothing ran: code that cannot be loaded, records that cannot be emptied, a cancellation before the start. */
function notRun({ request, signal }: RunContext, error: unknown): FunctionError {
  if (signal.aborted) return classifyStop('aborted', 'the execution was cancelled before it started');
  return scriptFailure(request.kind, messageOf(error));
}

/** Locks end with their run; a run that took none asks nobody. */
async function releaseLocks(run: RunContext): Promise<void> {
  if (!run.holdsLocks) return;
  try {
    await run.services.persist.call({ method: 'POST', path: '/locks/release-all', token: run.request.token });
  } catch (error) {
    run.log.say('warn', 'internal', `locks were not released and end by their time limit: ${messageOf(error)}`);
  }
}

function outcomeOf(run: RunContext, result: RunResult, sources: SourcePositions): Outcome {
  const facts = factsOf(run, result.durationMs);
  if (result.status === 'returned') return { status: 'succeeded', output: JSON.parse(result.output) as unknown, ...facts };
  if (result.status === 'stopped')
    return failed(run, classifyStop(result.reason, result.message, run.request.limits.outputBytes), facts);
  const failure = parseFailure(result.failure);
  // The time of the run was nearly up, and it ended where the next one goes on.
  if (isInterruption(failure)) return { status: 'succeeded', output: null, interrupted: true, ...facts };
  return failed(run, classified(failure, scriptNameOf(run.request), sources), facts);
}

function failed(run: RunContext, error: FunctionError, facts: ReturnType<typeof factsOf>): Outcome {
  run.log.say('error', 'internal', `the function failed: ${error.code}`, error);
  return { status: 'failed', error, ...facts };
}

function classified(failure: Failure, scriptName: string, sources: SourcePositions): FunctionError {
  const stack = failure.stack && sources.inStack(failure.stack);
  const [payload, thrown] = [sources.inValue(failure.payload), sources.inValue(failure.thrown)];
  return classifyFailure({ ...failure, stack, payload, thrown }, scriptName);
}

const factsOf = (
  { proxyCalls, results, isTimeUp, checkpointFrom: from = null, checkpointTo: to = from }: RunContext,
  durationMs: number,
) => ({
  durationMs,
  ...(isTimeUp ? { isTimeUp } : {}),
  proxyCalls,
  results,
  checkpoints: { from, to },
});
