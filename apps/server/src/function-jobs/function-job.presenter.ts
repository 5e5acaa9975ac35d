import type { FunctionJob } from '#libs/function-jobs';
import type { AcceptedJob, DeploymentReply, DryRunReply } from './function-jobs.dto.js';

export const toAccepted = ({ id, status, createdAt }: FunctionJob): AcceptedJob => ({
  id,
  status,
  created_at: createdAt.toISOString(),
});

export const toDryRun = (job: FunctionJob): DryRunReply => ({
  ...toJob(job),
  ...(job.result === null ? {} : { result: job.result }),
});

export const toDeployment = (job: FunctionJob): DeploymentReply => ({
  ...toJob(job),
  function_name: job.facts.function_name ?? '',
  ...(job.completedAt ? { deployed: job.status === 'success' } : {}),
  ...(job.status === 'success' ? { deployed_functions: job.result as NonNullable<DeploymentReply['deployed_functions']> } : {}),
});

function toJob(job: FunctionJob) {
  const { startedAt, completedAt, output, error } = job;
  return {
    ...toAccepted(job),
    integration_id: job.facts.integration_id,
    function_type: job.facts.function_type,
    updated_at: job.updatedAt.toISOString(),
    ...(startedAt ? { started_at: startedAt.toISOString() } : {}),
    ...(completedAt ? { completed_at: completedAt.toISOString() } : {}),
    ...(startedAt && completedAt ? { duration_ms: completedAt.getTime() - startedAt.getTime() } : {}),
    ...(output === null ? {} : { output }),
    ...(error ? { error } : {}),
  };
}
