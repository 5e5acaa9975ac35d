import { Inject, Injectable } from '@nestjs/common';
import { RunnerClient } from '#libs/clients';
import type { JobData, Outcome } from '#libs/contracts';
import { type FunctionJob, FunctionJobs } from '#libs/function-jobs';
import { toAppError } from '#libs/kernel';
import { HandlesJob, type JobContext, type JobHandler } from '#libs/queues';
import { RunRequests } from '../runs/run-requests.service.js';
import { RUNS_OPTIONS, type RunsOptions } from '../runs/runs.service.js';
import { asDryRun, endOf, runOf, subjectOf } from './domain/dry-run.js';

/** Runs what is not deployed: with a real connection and real calls, and nothing written. */
@Injectable()
@HandlesJob('function.dry-run')
export class DryRunProcessor implements JobHandler<'function.dry-run'> {
  constructor(
    private readonly jobs: FunctionJobs,
    private readonly requests: RunRequests,
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
    const request = await this.requests.of(runOf(job), subjectOf(job, this.options.memoryMb));
    return this.runner.execute(asDryRun(request, job), { signal });
  }
}
