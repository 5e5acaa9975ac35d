import type { ExecutionClaims } from '#libs/contracts';
import { AppError, newId } from '#libs/kernel';
import type { BatchScope } from '#libs/records';

const BASE_VARIANT = 'base';

/**
 * The dataset a run means by a model, and the batch it sends.
 * @throws AppError `unknown_model` naming the models the function declares
 */
export function batchScope(run: ExecutionClaims, model: string, batchId: string | undefined): BatchScope {
  if (!run.models.includes(model)) {
    const allowed = run.models.length > 0 ? run.models.join(', ') : 'none';
    throw new AppError('unknown_model', `${run.functionName} does not declare the model ${model}; it declares: ${allowed}`, {
      payload: { model, allowed: run.models },
    });
  }
  return {
    environmentId: run.environmentId,
    connectionId: run.connectionRowId,
    model: run.variant === BASE_VARIANT ? model : `${model}::${run.variant}`,
    runId: run.sub,
    batchId: batchId ?? newId(),
  };
}
