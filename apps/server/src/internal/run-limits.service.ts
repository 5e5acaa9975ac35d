import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { AdmissionAnswer, admissionRequest, ExecutionClaims, GovernorAnswer, limitsReport } from '#libs/contracts';
import { AppError } from '#libs/kernel';
import type { EndSignal } from '#libs/proxy';
import { capLimits, Governor } from '#libs/rate-limits';

/** The rate governor for runs: a runner reaches no Redis, and asks here. */
@Injectable()
export class RunLimits {
  constructor(private readonly governor: Governor) {}

  /** @throws AppError `rate_limited`; the signal's reason when it fires */
  async admit(
    run: ExecutionClaims,
    { bucket, maxWaitMs, connection }: z.output<typeof admissionRequest>,
    signal: EndSignal,
  ): Promise<AdmissionAnswer> {
    checkEnvironment(run, bucket);
    const { mode, maxWaitMs: most } = this.governor.options();
    const caller = `function:${run.functionName}@${connection}`;
    const bound = mode === 'wait' ? Math.min(maxWaitMs, most) : 0;
    const asks = mode === 'wait' || mode === 'fail';
    const ticket = asks
      ? await this.governor.gate.admit(bucket, { caller, connection, maxWaitMs: bound, signal, via: undefined })
      : undefined;
    return { ...this.#answer(bucket), ticket };
  }

  learn(run: ExecutionClaims, { bucket, learnt, ageMs, answered }: z.output<typeof limitsReport>): GovernorAnswer {
    checkEnvironment(run, bucket);
    const { mode, maxBlockMs } = this.governor.options();
    if (mode === 'off') return this.#answer(bucket);
    const { gate } = this.governor;
    if (learnt) gate.report(bucket, { seen: { learnt: capLimits(learnt, maxBlockMs), ageMs }, via: undefined });
    for (const ticket of answered) gate.report(bucket, { ticket, via: undefined });
    return this.#answer(bucket);
  }

  #answer(bucket: string): GovernorAnswer {
    const { mode, maxWaitMs } = this.governor.options();
    return { mode, maxWaitMs, ...this.governor.gate.watch.engagementOf(bucket) };
  }
}

function checkEnvironment(run: ExecutionClaims, bucket: string): void {
  if (bucket.startsWith(`${run.environmentId}:`)) return;
  throw new AppError('forbidden', `bucket: ${bucket} is not of the run’s environment ${run.environmentId}`);
}
