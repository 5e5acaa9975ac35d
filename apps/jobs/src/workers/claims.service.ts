import { Injectable } from '@nestjs/common';
import { Dispatcher, type Execution, Executions } from '#libs/executions';
import { histogram } from '#libs/metrics';
import { untilStored } from './until-stored.js';
import { WorkerHeartbeat } from './worker-heartbeat.service.js';

const waited = histogram('fairlead.executions.waited');

const FINAL = new Set(['succeeded', 'failed', 'expired', 'cancelled']);

/** Takes admitted executions for this process. */
@Injectable()
export class Claims {
  readonly #held = new Set<string>();

  constructor(
    private readonly executions: Executions,
    private readonly dispatcher: Dispatcher,
    private readonly worker: WorkerHeartbeat,
  ) {}

  /** Claims an execution and does its work; nothing where it has ended, runs elsewhere or already here, or is too late and left to the sweep. */
  async take(id: string, work: (execution: Execution) => Promise<void>): Promise<void> {
    if (this.#held.has(id)) return;
    this.#held.add(id);
    try {
      const execution = await this.#claim(id);
      if (!execution) return await this.#freeSlotOfEnded(id);
      waited.record({ kind: execution.kind }, ((execution.startedAt?.getTime() ?? 0) - execution.createdAt.getTime()) / 1000);
      await work(execution);
      return undefined;
    } finally {
      this.#held.delete(id);
    }
  }

  /**
   * Ends what a job left running. A job also counts as lost when its process could not reach Redis for a while: as long as that process is
   * heard of in the ledger, what it runs is its own to end. What was never claimed did not run: it stays in line.
   */
  async giveUp(id: string, end: () => Promise<unknown>): Promise<void> {
    if (this.#held.has(id)) return;
    const isAbandoned = await untilStored(`the loss of ${id}`, () => this.executions.isAbandoned(id, this.worker.id));
    if (isAbandoned) await untilStored(`the loss of ${id}`, end);
  }

  /** A claim that was carried out though its answer was lost is this process's own. */
  async #claim(id: string): Promise<Execution | null> {
    let claim = () => this.executions.claim(id, this.worker.id);
    return untilStored(`the start of ${id}`, () => {
      const now = claim;
      claim = () => this.executions.claimAgain(id, this.worker.id);
      return now();
    });
  }

  async #freeSlotOfEnded(id: string): Promise<void> {
    const execution = await this.executions.find(id);
    if (execution && FINAL.has(execution.state)) await this.dispatcher.release(execution.kind, id);
  }
}
