import { Injectable } from '@nestjs/common';
import { executionKind, type ExecutionKind } from '#libs/contracts';
import { JobProducer } from '#libs/queues';
import { ActionAnswers } from './action-answers.js';
import { Admission, type Holder } from './admission.js';
import { Decisions } from './decisions.js';
import { Dispatcher } from './dispatcher.js';
import { failedOutcome, lostError } from './domain/outcomes.js';
import type { ActionJob, StoredKind } from './executions.types.js';
import { LedgerRepository } from './ledger.repository.js';

/** What was admitted less than this ago is on its way. */
const SETTLING_MS = 10_000;

/** Slots that Redis has given away, beside what the ledger and the queues say of their holders. */
@Injectable()
export class HeldSlots {
  constructor(
    private readonly ledger: LedgerRepository,
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    private readonly jobs: JobProducer,
    private readonly answers: ActionAnswers,
    private readonly decisions: Decisions,
  ) {}

  /** Frees slots whose execution has ended; admitted work that lost its job gets another one, or its caller is told. Answers how many. */
  async mend(): Promise<number> {
    let mended = 0;
    for (const kind of executionKind.options) mended += await this.#mendKind(kind);
    return mended;
  }

  async #mendKind(kind: ExecutionKind): Promise<number> {
    const holders = await this.admission.runningSince(kind, SETTLING_MS);
    if (holders.length === 0) return 0;
    const ended = new Set((await this.ledger.ended(holders.map(({ id }) => id))).map(({ id }) => id));
    // Settled, not only released: whoever ended it may have been lost before it could say so.
    for (const id of ended) await this.dispatcher.settle(kind, id);
    this.decisions.note('slot_freed', ended.size, { kind });
    const open = holders.filter(({ id }) => !ended.has(id));
    return ended.size + (kind === 'action' ? await this.#giveUp(open) : await this.#enqueue(kind, open));
  }

  async #enqueue(kind: StoredKind, open: readonly Holder[]): Promise<number> {
    const queued = new Set(await this.ledger.queuedAmong(open.map(({ id }) => id)));
    let enqueued = 0;
    for (const offer of open) if (queued.has(offer.id) && (await this.dispatcher.enqueueAgain(kind, offer))) enqueued += 1;
    this.decisions.note('job_enqueued', enqueued, { kind });
    return enqueued;
  }

  /** Actions whose job is gone: nobody else will answer their waiter. */
  async #giveUp(open: readonly Holder[]): Promise<number> {
    if (open.length === 0) return 0;
    const known = new Set((await this.jobs.streamed('action.run')).map(({ executionId }) => executionId));
    let given = 0;
    for (const { id, data } of open) {
      if (known.has(id)) continue;
      given += 1;
      if (data === '') await this.dispatcher.release('action', id);
      else
        await this.answers.answer(
          JSON.parse(data) as ActionJob,
          failedOutcome(lostError('the job of the action was lost')),
          undefined,
        );
    }
    this.decisions.note('action_given_up', given, { kind: 'action' });
    return given;
  }
}
