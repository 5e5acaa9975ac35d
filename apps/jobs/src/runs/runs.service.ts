import { Inject, Injectable, Logger } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import { RunnerClient } from '#libs/clients';
import { type ExecuteRequest, type Outcome, scriptFailure } from '#libs/contracts';
import { Connections } from '#libs/credentials';
import { signExecutionToken } from '#libs/execution-token';
import { failedOutcome } from '#libs/executions';
import { type DeployedFunction, Functions } from '#libs/functions';
import { AppError, toAppError } from '#libs/kernel';
import { Bundles } from './bundles.service.js';
import { claimsOf, executeRequestOf, type Run } from './domain/execute-request.js';
import { type FunctionPattern, matches, memoryOf, type SizeRule } from './domain/function-patterns.js';
import { EnvironmentReader } from './environment-facts.service.js';

export const RUNS_OPTIONS = Symbol('runs-options');
export interface RunsOptions {
  readonly privateKey: KeyObject;
  readonly memoryMb: number;
  /** Most bytes of JSON an action may return. */
  readonly actionOutputBytes: number;
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
    private readonly connections: Connections,
    private readonly environments: EnvironmentReader,
    private readonly bundles: Bundles,
    private readonly runner: RunnerClient,
    @Inject(RUNS_OPTIONS) private readonly options: RunsOptions,
  ) {}

  /** Never rejects: what cannot be run has failed too. */
  async run(run: Run, signal: AbortSignal): Promise<Outcome> {
    let request: ExecuteRequest;
    try {
      request = await this.#prepare(run);
    } catch (thrown) {
      return this.#unprepared(run, toAppError(thrown));
    }
    return this.runner.execute(request, { signal });
  }

  async #prepare(run: Run): Promise<ExecuteRequest> {
    const [fn, lease, environment] = await Promise.all([
      this.#function(run),
      this.connections.leaseByRow(run.environmentId, run.connectionRowId),
      this.environments.get(run.environmentId),
    ]);
    const { name, bundleHash, models, definition } = fn;
    const named = { environment: environment.name, integration: lease.integration.uniqueKey, name };
    const prepared = {
      function: { name, bundleHash, models, trackDeletes: definition.track_deletes },
      environment,
      lease,
      bundleUrl: await this.bundles.urlOf(bundleHash),
      actionOutputBytes: this.options.actionOutputBytes,
      memoryMb: memoryOf(this.options.sizes, named, this.options.memoryMb),
      warm: this.options.warm.some((pattern) => matches(pattern, named)),
    };
    const token = await signExecutionToken(this.options.privateKey, claimsOf(run, prepared, Date.now()));
    return executeRequestOf(run, prepared, token);
  }

  async #function({ environmentId, functionId }: Run): Promise<DeployedFunction> {
    const fn = await this.functions.byId(environmentId, functionId);
    if (!fn) throw new AppError('not_found', 'the function was removed');
    if (!fn.enabled) throw new AppError('disabled_resource', `the function ${fn.name} is disabled`);
    return fn;
  }

  /** spec/functions.md §4.3: failed before execution. */
  #unprepared(run: Run, error: AppError): Outcome {
    if (error.fault === 'us') this.#log.error({ err: error.cause ?? error, execution: run.executionId }, error.message);
    const text = error.message || error.code;
    return failedOutcome(scriptFailure(run.kind, text));
  }
}
