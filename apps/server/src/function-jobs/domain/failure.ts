import type { FunctionJobError } from '#libs/function-jobs';
import { toAppError } from '#libs/kernel';

/** Why a job failed, as its caller is told; what is our fault is told by the kind of job only. */
export function failureOf(thrown: unknown, otherwise: 'dryrun_error' | 'deployment_error'): FunctionJobError {
  const { code, fault, message, payload } = toAppError(thrown);
  if (fault === 'us' && code !== 'execution_environment_unavailable')
    return { code: otherwise, message: 'something went wrong on the server; try again' };
  return { code, message: message || code, ...(payload === undefined ? {} : { payload }) };
}
