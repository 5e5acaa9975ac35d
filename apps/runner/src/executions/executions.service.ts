import { Inject, Injectable } from '@nestjs/common';
import type { ExecuteRequest, FunctionError, Outcome } from '#libs/contracts';
import { messageOf, toAppError } from '#libs/kernel';
import type { RunResult } from '#libs/sandbox';
import { SandboxPool } from '../hosts/sandbox-pool.js';
import { answerCall } from '../sdk/operations.js';
import { DryRun } from '../sdk/dry-run.js';
import { deleteOutdated, emptyModels } from '../sdk/record-operations.js';
import { RunContext, Services } from '../sdk/run-context.js';
import { Bundles } from './bundles.js';
import { classifyFailure, classifyStop, parseFailure } from './domain/classify.js';
import { runFacts, scriptNameOf } from './domain/run-facts.js';
import { withSourcePositions } from './domain/source-positions.js';

/** Injection token of the longest computation without a call in between: one that spins is stopped long before its wall time is up. */
export const SPIN_MS = Symbol('spin-ms');

/** Runs one function: loads its code, gives it a sandbox, answers its calls, and says how it ended. */
@Injectable()
export class Executions {
  readonly #running = new Map<string, AbortController>();

  constructor(
    private readonly pool: SandboxPool,
    private readonly bundles: Bundles,
    private readonly services: Services,
    @Inject(SPIN_MS) private readonly spinMs: number,
  ) {}

  /** Never rejects: whatever happens is an outcome. @param closed fires when the caller is gone */
  async execute(request: ExecuteRequest, closed: AbortSignal): Promise<Outcome> {
    const cancelled = new AbortController();
    this.#running.set(request.executionId, cancelled);
    const signal = AbortSignal.any([closed, cancelled.signal]);
    const dryRun = request.dryRun && new DryRun(request.dryRun, this.services);
    const run = new RunContext(request, dryRun?.services ?? this.services, signal);
    const outcome = await this.#end(run, signal);
    return dryRun ? { ...outcome, dryRun: dryRun.report() } : outcome;
  }

  /** @returns whether the execution was running here */
  abort(executionId: string): boolean {
    const running = this.#running.get(executionId);
    running?.abort();
    return running !== undefined;
  }

  async #end(run: RunContext, signal: AbortSignal): Promise<Outcome> {
    try {
      return await this.#run(run, signal);
    } catch (error) {
      return { status: 'failed', error: notRun(error, signal), ...factsOf(run, 0) };
    } finally {
      this.#running.delete(run.request.executionId);
      await run.log.close();
    }
  }

  async #run(run: RunContext, signal: AbortSignal): Promise<Outcome> {
    const { request } = run;
    const bundle = await this.bundles.get(request.bundle.hash, request.bundle.url);
    if (request.context.emptyCache) await emptyModels(run);
    const spec = {
      id: request.executionId,
      scriptName: scriptNameOf(request),
      facts: JSON.stringify(runFacts(request)),
      input: JSON.stringify(request.input || {}),
      limits: { ...request.limits, spinMs: Math.min(this.spinMs, request.limits.wallMs) },
    };
    const result = await this.pool.run(spec, bundle, (op, args, body) => answerCall(run, op, args, body), signal);
    if (result.status === 'returned' && request.function.trackDeletes) await deleteOutdated(run);
    await releaseLocks(run);
    return outcomeOf(run, result, bundle.code);
  }
}

/** Why nothing ran: code that cannot be loaded, records that cannot be emptied, a cancellation before the start. */
function notRun(error: unknown, signal: AbortSignal): FunctionError {
  if (signal.aborted) return classifyStop('aborted', 'the execution was cancelled before it started');
  const { code, message, status } = toAppError(error);
  return { code: code === 'generic_error_support' ? 'function_runtime_other' : code, status, message, payload: {} };
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

function outcomeOf(run: RunContext, result: RunResult, code: string): Outcome {
  const facts = factsOf(run, result.durationMs);
  if (result.status === 'returned') return { status: 'succeeded', output: JSON.parse(result.output) as unknown, ...facts };
  const error =
    result.status === 'stopped'
      ? classifyStop(result.reason, result.message)
      : thrown(result.failure, scriptNameOf(run.request), code);
  run.log.say('error', 'internal', `the function failed: ${error.code}`, error);
  return { status: 'failed', error, ...facts };
}

function thrown(json: string, scriptName: string, code: string): FunctionError {
  const failure = parseFailure(json);
  const stack = failure.stack && withSourcePositions(failure.stack, scriptName, code);
  return classifyFailure({ ...failure, stack }, scriptName);
}

const factsOf = (
  { proxyCalls, results, checkpointFrom: from = null, checkpointTo: to = from }: RunContext,
  durationMs: number,
) => ({
  durationMs,
  proxyCalls,
  results,
  checkpoints: { from, to },
});
