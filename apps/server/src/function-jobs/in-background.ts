import { Logger } from '@nestjs/common';
import { type FunctionJob, FunctionJobs } from '#libs/function-jobs';
import { messageOf } from '#libs/kernel';
import { failureOf } from './domain/failure.js';

const FAILURES = { dryrun: 'dryrun_error', deployment: 'deployment_error' } as const;

/**
 * Does the work of a job after it was accepted. What goes wrong is the job's end; where not even that can be stored, its deadline ends it.
 */
export function inBackground(jobs: FunctionJobs, job: FunctionJob, work: () => Promise<void>): void {
  void begin(jobs, job, work).catch((error: unknown) =>
    new Logger('FunctionJobs').error(`the end of the ${job.kind} ${job.id} was not stored: ${messageOf(error)}`),
  );
}

async function begin(jobs: FunctionJobs, { id, kind }: FunctionJob, work: () => Promise<void>): Promise<void> {
  try {
    if (await jobs.start(id)) await work();
  } catch (error) {
    await jobs.finish(id, { error: failureOf(error, FAILURES[kind]) });
  }
}
