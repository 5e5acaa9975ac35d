import { Injectable } from '@nestjs/common';
import type { Outcome } from '#libs/contracts';
import { OperationLog } from '#libs/logs';

/** Ends the operations of actions as their outcomes say. */
@Injectable()
export class Operations {
  constructor(private readonly log: OperationLog) {}

  finish(operationId: string, outcome: Outcome): void {
    const { durationMs, proxyCalls } = outcome;
    const meta = { durationMs, proxyCalls };
    if (outcome.status === 'succeeded') this.log.finish(operationId, { state: 'success', meta });
    else
      this.log.finish(operationId, {
        state: 'failed',
        error: { ...outcome.error, message: outcome.error.message ?? outcome.error.code, type: outcome.error.code },
        meta,
      });
  }
}
