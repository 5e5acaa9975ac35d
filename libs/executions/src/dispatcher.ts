import { Injectable, Logger } from '@nestjs/common';
import type { ExecutionKind } from '#libs/contracts';
import { type EnvironmentId, type ExecutionId, inTime, messageOf } from '#libs/kernel';
import { JobProducer } from '#libs/queues';
import { Admission, type Admitted, type Offer, type Reply, type WrittenLimits } from './admission.js';
import type { ActionJob, StoredKind } from './executions.types.js';

const JOB_OF = { 'action-async': 'action.run-async', sync: 'sync.run', 'on-event': 'on-event.run' } as const;
const OFFERED_AT_ONCE = 500;
/** Work that is a row already does not wait for a Redis that is away: the sweep offers it again. */
const PATIENCE_MS = 2_000;

/** Asks for admission and turns what is admitted into jobs. */
@Injectable()
export class Dispatcher {
  readonly #log = new Logger(Dispatcher.name);

  constructor(
    private readonly admission: Admission,
    private readonly jobs: JobProducer,
  ) {}

  /** Offers an action somebody waits for; false when too many wait in its environment. */
  async offerAction(job: ActionJob, most: number): Promise<boolean> {
    const { executionId: id, environmentId, connectionRowId } = job;
    const offer = { id, environmentId, connectionRowId, data: JSON.stringify(job) };
    return (await this.admission.offer('action', [offer], most)).refused === 0;
  }

  /** Offers rows. @throws what Redis throws */
  async offerRows(kind: StoredKind, offers: readonly Offer[]): Promise<void> {
    for (let at = 0; at < offers.length; at += OFFERED_AT_ONCE) {
      const { admitted } = await this.admission.offer(kind, offers.slice(at, at + OFFERED_AT_ONCE), 0);
      await this.#enqueue(kind, admitted);
    }
  }

  /** As `offerRows`, after the commit of the rows: a Redis that is away costs a warning. */
  async offerCommitted(kind: StoredKind, offers: readonly Offer[]): Promise<void> {
    await this.#patiently(`offering ${offers.length} of ${kind}`, () => this.offerRows(kind, offers));
  }

  /** As `settle`, after the commit: a Redis that is away costs a warning, and the sweep frees the slot. */
  async settleCommitted(kind: ExecutionKind, id: string): Promise<void> {
    await this.#patiently(`freeing the slot of ${id}`, () => this.settle(kind, id));
  }

  /** The transaction that was to accept them has failed: a Redis that is away costs a warning, and their places end by themselves. */
  async giveUpPlaces(kind: StoredKind, environmentId: EnvironmentId, ids: readonly ExecutionId[]): Promise<void> {
    await this.#patiently(`giving up ${ids.length} places of ${kind}`, () => this.admission.giveUp(kind, environmentId, ids));
  }

  async settle(kind: ExecutionKind, id: string, reply?: Reply): Promise<{ first: boolean; heard: number }> {
    const { first, heard, admitted } = await this.admission.settle(kind, id, reply);
    await this.#enqueue(kind, admitted);
    return { first, heard };
  }

  async release(kind: ExecutionKind, id: string): Promise<void> {
    await this.#enqueue(kind, await this.admission.release(kind, id));
  }

  async adopt(kind: ExecutionKind, running: readonly Offer[]): Promise<void> {
    if (running.length > 0) await this.#enqueue(kind, await this.admission.adopt(kind, running));
  }

  async pump(kind: ExecutionKind): Promise<void> {
    await this.#enqueue(kind, await this.admission.pump(kind));
  }

  /** Replaces the limits of all environments that have some of their own; whom that gives more room starts at once. */
  async limit(kind: ExecutionKind, version: string, limits: readonly WrittenLimits[]): Promise<void> {
    await this.#enqueue(kind, await this.admission.limit(kind, version, limits));
  }

  /** Puts the job of an admitted row into its queue again, if it neither waits nor runs there; answers whether it did. */
  enqueueAgain(kind: StoredKind, { id, environmentId }: Offer): Promise<boolean> {
    return this.jobs.enqueueAgain(JOB_OF[kind], { executionId: id, environmentId }, { jobId: id });
  }

  /** Actions have gone to their workers when they were admitted. */
  async #enqueue(kind: ExecutionKind, admitted: readonly Admitted[]): Promise<void> {
    if (kind === 'action') return;
    const jobs = admitted.map(({ id, environmentId }) => ({ jobId: id, data: { executionId: id, environmentId } }));
    await this.jobs.enqueueMany(JOB_OF[kind], jobs);
  }

  async #patiently(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await inTime(work(), PATIENCE_MS, () => {
        throw new Error('Redis does not answer');
      });
    } catch (error) {
      this.#log.warn(`${what} is left to the sweep: ${messageOf(error)}`);
    }
  }
}
