import { Injectable } from '@nestjs/common';
import { Dispatcher, type Execution, Executions } from '#libs/executions';
import { histogram } from '#libs/metrics';
import { WorkerHeartbeat } from './worker-heartbeat.service.js';

const waited = histogram('fairlead.executions.waited');

const FINAL = new Set(['succeeded', 'failed', 'expired', 'cancelled']);

/** Takes admitted executions for this process. */
@Injectable()
export class Claims {
  constructor(
    private readonly executions: Executions,
    private readonly dispatcher: Dispatcher,
    private readonly worker: WorkerHeartbeat,
  ) {}

  /** null when there is nothing to run: it has ended, runs elsewhere, or is too late and left to the sweep. */
  async claim(id: string): Promise<Execution | null> {
    const claimed = await this.executions.claim(id, this.worker.id);
    if (claimed)
      waited.record({ kind: claimed.kind }, ((claimed.startedAt?.getTime() ?? 0) - claimed.createdAt.getTime()) / 1000);
    else await this.#freeSlotOfEnded(id);
    return claimed;
  }

  async #freeSlotOfEnded(id: string): Promise<void> {
    const execution = await this.executions.find(id);
    if (execution && FINAL.has(execution.state)) await this.dispatcher.release(execution.kind, id);
  }
}
