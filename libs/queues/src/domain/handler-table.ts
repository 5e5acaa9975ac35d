import { JOBS, type JobName, type QueueName } from '#libs/contracts';

/**
 * Handlers by job, when they are complete: a queue that is taken from has exactly one handler for each of its jobs.
 * @throws Error naming every job without a handler, or with several
 */
export function handlerTable<Handler>(handlers: readonly (readonly [JobName, Handler])[]): Map<JobName, Handler> {
  const queues = new Set<QueueName>(handlers.map(([name]) => JOBS[name].queue));
  const expected = (Object.keys(JOBS) as JobName[]).filter((name) => queues.has(JOBS[name].queue));
  const problems = expected
    .map((name) => ({ name, count: handlers.filter(([handled]) => handled === name).length }))
    .filter(({ count }) => count !== 1)
    .map(({ name, count }) => `${name} has ${count} handlers`);
  if (problems.length > 0) throw new Error(`each job of a queue needs one handler: ${problems.join(', ')}`);
  return new Map(handlers);
}
