import { Injectable } from '@nestjs/common';
import type { ExecuteRequest, Outcome } from '#libs/contracts';
import { messageOf, toAppError } from '#libs/kernel';
import type { RunResult } from '#libs/sandbox';
import { SandboxPool } from '../hosts/sandbox-pool.js';
import { answerCall } from '../sdk/operations.js';
import { emptyModels } from '../sdk/record-operations.js';
import { RunContext, Services } from '../sdk/run-context.js';
import { Bundles } from './bundles.js';
import { classifyFailure, classifyStop, type Failure } from './domain/classify.js';
import { runFacts, scriptNameOf } from './domain/run-facts.js';

/** Longest computation without a call in between: an action that spins is told so long before its wall time is up. */
const SPIN_MS = 30_000;

/** Runs one function: loads its code, gives it a sandbox, answers its calls, and says how it ended. */
@Injectable()
export class Executions {
  readonly #running = new Map<string, AbortController>();

  constructor(
    private readonly pool: SandboxPool,
    private readonly bundles: Bundles,
    private readonly services: Services,
  ) {}

  /** Never rejects: whatever happens is an outcome. @param closed fires when the caller is gone */
  async execute(request: ExecuteRequest, closed: AbortSignal): Promise<Outcome> {
    const cancelled = new AbortController();
    this.#running.set(request.executionId, cancelled);
    const signal = AbortSignal.any([closed, cancelled.signal]);
    const run = new RunContext(request, this.services, signal);
    try {
      return outcomeOf(run, await this.#run(run, signal));
    } catch (error) {
      const { code, message, status } = toAppError(error);
      const known = code === 'generic_error_support' ? 'function_runtime_other' : code;
      return {
        status: 'failed',
        error: { code: known, status, message: messageOf(error) || message, payload: {} },
        ...factsOf(run, 0),
      };
    } finally {
      this.#running.delete(request.executionId);
      await run.log.close();
    }
  }

  /** @returns whether the execution was running here */
  abort(executionId: string): boolean {
    const running = this.#running.get(executionId);
    running?.abort();
    return running !== undefined;
  }

  async #run(run: RunContext, signal: AbortSignal): Promise<RunResult> {
    const { request } = run;
    const bundle = await this.bundles.get(request.bundle.hash, request.bundle.url);
    if (request.context.emptyCache) await emptyModels(run);
    const spec = {
      id: request.executionId,
      scriptName: scriptNameOf(request),
      facts: JSON.stringify(runFacts(request)),
      input: JSON.stringify(request.input || {}),
      limits: { ...request.limits, spinMs: Math.min(SPIN_MS, request.limits.wallMs) },
    };
    const result = await this.pool.run(spec, bundle, (op, args, body) => answerCall(run, op, args, body), signal);
    if (result.status !== 'returned') run.log.say('error', 'internal', `the function failed: ${describe(result)}`);
    await releaseLocks(run);
    return result;
  }
}

/** Locks end with their run; a run that took none asks nobody. */
async function releaseLocks(run: RunContext): Promise<void> {
  if (!run.holdsLocks) return;
  try {
    await run.persist('POST', '/locks/release-all');
  } catch (error) {
    run.log.say('warn', 'internal', `locks were not released and end by their time limit: ${messageOf(error)}`);
  }
}

const describe = (result: Exclude<RunResult, { status: 'returned' }>): string =>
  result.status === 'stopped' ? result.message : result.failure.slice(0, 2000);

function outcomeOf(run: RunContext, result: RunResult): Outcome {
  const facts = factsOf(run, result.durationMs);
  if (result.status === 'returned') return { status: 'succeeded', output: JSON.parse(result.output) as unknown, ...facts };
  if (result.status === 'stopped') return { status: 'failed', error: classifyStop(result.reason, result.message), ...facts };
  return { status: 'failed', error: classifyFailure(JSON.parse(result.failure) as Failure, scriptNameOf(run.request)), ...facts };
}

const factsOf = (run: RunContext, durationMs: number) => ({
  durationMs,
  proxyCalls: run.proxyCalls,
  results: run.results,
  checkpoints: { from: run.checkpointFrom ?? null, to: run.checkpointTo ?? run.checkpointFrom ?? null },
});
