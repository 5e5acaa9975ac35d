import { Inject, Injectable } from '@nestjs/common';
import { RunnerClient } from '#libs/clients';
import type { JobData, Outcome } from '#libs/contracts';
import { Connections } from '#libs/credentials';
import { signExecutionToken } from '#libs/execution-token';
import { type FunctionJob, FunctionJobs } from '#libs/function-jobs';
import { toAppError } from '#libs/kernel';
import { HandlesJob, type JobContext, type JobHandler } from '#libs/queues';
import { Bundles } from '../runs/bundles.service.js';
import { claimsOf, executeRequestOf } from '../runs/domain/execute-request.js';
import { EnvironmentReader } from '../runs/environment-facts.service.js';
import { RUNS_OPTIONS, type RunsOptions } from '../runs/runs.service.js';
import { endOf, runOf } from './domain/dry-run.js';

/** Runs what is not deployed: with a real connection and real calls, and nothing written. */
@Injectable()
@HandlesJob('function.dry-run')
export class DryRunProcessor implements JobHandler<'function.dry-run'> {
  constructor(
    private readonly jobs: FunctionJobs,
    private readonly connections: Connections,
    private readonly environments: EnvironmentReader,
    private readonly bundles: Bundles,
    private readonly runner: RunnerClient,
    @Inject(RUNS_OPTIONS) private readonly options: RunsOptions,
  ) {}

  async handle({ jobId, environmentId }: JobData<'function.dry-run'>, { signal }: JobContext): Promise<void> {
    const job = await this.jobs.find(environmentId, 'dryrun', jobId);
    if (!job || !(await this.jobs.start(jobId))) return;
    try {
      await this.jobs.finish(jobId, endOf(await this.#run(job, signal)));
    } catch (error) {
      const { code, message } = toAppError(error);
      await this.jobs.finish(jobId, { error: { code: 'dryrun_error', message: message || code, payload: { code } } });
    }
  }

  async lost({ jobId }: JobData<'function.dry-run'>): Promise<void> {
    await this.jobs.finish(jobId, {
      error: { code: 'dryrun_error', message: 'the process that ran it is gone; start it again' },
    });
  }

  async #run(job: FunctionJob, signal: AbortSignal): Promise<Outcome> {
    const run = runOf(job);
    const { facts } = job;
    const [lease, environment, bundleUrl] = await Promise.all([
      this.connections.leaseByRow(run.environmentId, run.connectionRowId),
      this.environments.get(run.environmentId),
      this.bundles.urlOf(facts.bundleHash ?? ''),
    ]);
    const prepared = {
      function: { name: 'dryrun', bundleHash: facts.bundleHash ?? '', models: facts.models ?? [], trackDeletes: false },
      environment: { ...environment, loggerLevel: 'debug' as const },
      lease: facts.metadata ? { ...lease, connection: { ...lease.connection, metadata: facts.metadata } } : lease,
      bundleUrl,
      memoryMb: this.options.memoryMb,
      actionOutputBytes: this.options.actionOutputBytes,
    };
    const token = await signExecutionToken(this.options.privateKey, claimsOf(run, prepared, Date.now()));
    const request = { ...executeRequestOf(run, prepared, token), dryRun: { checkpoint: facts.checkpoint ?? null } };
    return this.runner.execute(request, { signal });
  }
}
