import { Inject, Injectable, Logger } from '@nestjs/common';
import { RunnerClient } from '#libs/clients';
import { type ExecuteRequest, type Outcome, scriptFailure } from '#libs/contracts';
import { failedOutcome } from '#libs/executions';
import { Functions } from '#libs/functions';
import { AppError, toAppError } from '#libs/kernel';
import { histogram } from '#libs/metrics';
import type { Run, Subject } from './domain/execute-request.js';
import { type FunctionPattern, matches, memoryOf, type SizeRule } from './domain/function-patterns.js';
import { RunRequests } from './run-requests.service.js';

const ran = histogram('fairlead.executions.ran');

export const RUNS_OPTIONS = Symbol('runs-options');
export interface RunsOptions {
  readonly memoryMb: number;
  readonly sizes: readonly SizeRule[];
  /** Functions whose instances may be kept. */
  readonly warm: readonly FunctionPattern[];
}

/** Prepares an execution and has a runner run it. */
@Injectable()
export class Runs {
  readonly #log = new Logger(Runs.name);

  constructor(
    private readonly functions: Functions,
    private readonly requests: RunRequests,
    private readonly runner: RunnerClient,
    @Inject(RUNS_OPTIONS) private readonly options: RunsOptions,
  ) {}

  /** Never rejects: what cannot be run has failed too. */
  async run(run: Run, signal: AbortSignal): Promise<Outcome> {
    const begunAt = performance.now();
    const outcome = await this.#run(run, signal);
    ran.record({ kind: run.kind, outcome: outcome.status }, (performance.now() - begunAt) / 1000);
    return outcome;
  }

  async #run(run: Run, signal: AbortSignal): Promise<Outcome> {
    let request: ExecuteRequest;
    try {
      request = await this.requests.of(run, this.#subject(run));
    } catch (thrown) {
      return this.#unprepared(run, toAppError(thrown));
    }
    return this.runner.execute(request, { signal });
  }

  async #subject({ environmentId, functionId }: Run): Promise<Subject> {
    const fn = await this.functions.byId(environmentId, functionId);
    if (!fn) throw new AppError('not_found', 'the function was removed');
    const { name, bundleHash, models, definition } = fn;
    if (!fn.enabled) throw new AppError('disabled_resource', `the function ${name} is disabled`);
    const { sizes, warm, memoryMb } = this.options;
    return {
      function: { name, bundleHash, models, trackDeletes: definition.track_deletes },
      hosting: (environment, integration) => {
        const named = { environment, integration, name };
        return { memoryMb: memoryOf(sizes, named, memoryMb), warm: warm.some((pattern) => matches(pattern, named)) };
      },
    };
  }

  /** spec/functions.md §4.3: failed before execution. */
  #unprepared(run: Run, error: AppError): Outcome {
    if (error.fault === 'us') this.#log.error({ err: error.cause ?? error, execution: run.executionId }, error.message);
    const text = error.message || error.code;
    return failedOutcome(scriptFailure(run.kind, text));
  }
}
