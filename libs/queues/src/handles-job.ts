import 'reflect-metadata';
import type { JobData, JobName } from '#libs/contracts';

const HANDLED_JOB = Symbol('fairlead:handled-job');

export interface JobContext {
  /** Aborts when the process stops and the job did not end within its grace. */
  readonly signal: AbortSignal;
}

/** What runs the jobs of one name. A job is tried once: what must be tried again is decided from the tables, not by the queue. */
export interface JobHandler<Name extends JobName> {
  handle(data: JobData<Name>, context: JobContext): Promise<void>;
  /** The job ended without its handler: the process that ran it is gone, or the handler threw. May be called for work that was settled. */
  lost(data: JobData<Name>, reason: string): Promise<void>;
}

/** Marks an injectable class as the handler of a job; an app that imports `WorkersModule` runs it. */
export const HandlesJob =
  <Name extends JobName>(name: Name) =>
  (target: new (...dependencies: never[]) => JobHandler<Name>): void =>
    Reflect.defineMetadata(HANDLED_JOB, name, target);

/** The job a provider handles, undefined for any other provider. */
export const jobHandledBy = (provider: object): JobName | undefined =>
  Reflect.getMetadata(HANDLED_JOB, provider.constructor) as JobName | undefined;
