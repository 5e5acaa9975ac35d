import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { REDIS } from '#libs/cache';
import { executionKind } from '#libs/contracts';
import { idFloor } from '#libs/kernel';
import { JobProducer } from '#libs/queues';
import { ActionAnswers } from './action-answers.js';
import { Admission } from './admission.js';
import { Dispatcher } from './dispatcher.js';
import { WORKER_LOST_AFTER_MS } from './domain/limits.js';
import { failedOutcome, lostError } from './domain/outcomes.js';
import type { ActionJob, OverdueExecution, StoredKind } from './executions.types.js';
import { keys, SETTLED_FOR_S } from './keys.js';
import { LedgerRepository } from './ledger.repository.js';

const STORED: readonly StoredKind[] = ['sync', 'action-async', 'on-event'];
const PAGE = 2_000;
const OVERDUE_AT_ONCE = 200;
/** What was admitted or accepted less than this ago is on its way. */
const SETTLING_MS = 10_000;
/** Looks come every two seconds, and workers are heard of every five. */
const PAUSE_MS = 10_000;
/** Of a sync: to its start and from there to its end. */
const LONGEST_LIFE_MS = 2 * 86_400_000;
const MOST_REFUSED = 20_000;
const FIRST_ID = idFloor(new Date(0));

/** Makes Redis agree with the tables again after a crash or a loss. Every step is idempotent and may run anywhere, any time. */
@Injectable()
export class Reconciler {
  readonly #log = new Logger(Reconciler.name);
  readonly #position = new Map<StoredKind, string>();
  #lookedAtMs: number | undefined;
  #trustsAtMs = 0;

  constructor(
    @Inject(REDIS) private readonly redis: Redis,
    private readonly ledger: LedgerRepository,
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    private readonly jobs: JobProducer,
    private readonly answers: ActionAnswers,
  ) {}

  /** One pass: the whole ledger when Redis was emptied, the next page of it otherwise. Answers how much had to be mended. */
  async reconcile(): Promise<number> {
    const isWhole = (await this.redis.exists(keys.epoch)) === 0;
    let mended = 0;
    for (const kind of STORED) {
      mended += await this.#adoptRunning(kind);
      mended += isWhole ? await this.#offerAll(kind) : await this.#offerNextPage(kind);
    }
    if (isWhole) {
      await this.#refuseEnded();
      await this.redis.set(keys.epoch, new Date().toISOString());
    }
    for (const kind of executionKind.options) mended += await this.#freeSlots(kind);
    if (mended > 0)
      this.#log.warn(`${mended} executions were brought back into step${isWhole ? ' after Redis was emptied' : ''}`);
    return mended;
  }

  /** Offers what waited for a time that came lately; what was missed is found by `reconcile`. */
  async offerDue(): Promise<void> {
    const due = await this.ledger.dueSince(new Date(Date.now() - SETTLING_MS), PAGE);
    for (const kind of new Set(due.map((row) => row.kind))) {
      await this.dispatcher.offerRows(
        kind,
        due.filter((row) => row.kind === kind),
      );
    }
  }

  /**
   * Open rows that nobody will settle any more, a few at a time; the caller settles them as their kind wants it. After a pause between
   * looks the database may have been away, and workers may not have been able to say that they live: they get time to.
   */
  async overdue(): Promise<OverdueExecution[]> {
    const beganAtMs = performance.now();
    if (this.#lookedAtMs !== undefined && beganAtMs - this.#lookedAtMs > PAUSE_MS)
      this.#trustsAtMs = beganAtMs + WORKER_LOST_AFTER_MS;
    const overdue = await this.ledger.overdue(OVERDUE_AT_ONCE, beganAtMs < this.#trustsAtMs ? undefined : WORKER_LOST_AFTER_MS);
    this.#lookedAtMs = performance.now();
    return overdue;
  }

  async #adoptRunning(kind: StoredKind): Promise<number> {
    let adopted = 0;
    for (let after: string | undefined = FIRST_ID; after !== undefined;) {
      const rows = await this.ledger.open(kind, 'running', after, PAGE);
      const running = await this.admission.unknown(kind, rows);
      await this.dispatcher.adopt(kind, running);
      adopted += running.length;
      after = rows.length === PAGE ? rows.at(-1)?.id : undefined;
    }
    return adopted;
  }

  async #offerAll(kind: StoredKind): Promise<number> {
    this.#position.delete(kind);
    let mended = 0;
    do mended += await this.#offerNextPage(kind);
    while (this.#position.has(kind));
    return mended;
  }

  /** Pages through what waits, from the oldest on, a page at a time. */
  async #offerNextPage(kind: StoredKind): Promise<number> {
    const rows = await this.ledger.open(kind, 'queued', this.#position.get(kind) ?? FIRST_ID, PAGE);
    const last = rows.at(-1);
    if (last && rows.length === PAGE) this.#position.set(kind, last.id);
    else this.#position.delete(kind);
    const unknown = await this.admission.unknown(kind, rows);
    await this.dispatcher.offerRows(kind, unknown);
    return unknown.length;
  }

  /** What may still run although it was ended is refused again: Redis has forgotten that it was. */
  async #refuseEnded(): Promise<void> {
    const ended = await this.ledger.endedEarly(new Date(Date.now() - LONGEST_LIFE_MS), MOST_REFUSED);
    const marks = this.redis.pipeline();
    for (const id of ended) marks.set(keys.settled(id), '1', 'EX', SETTLED_FOR_S);
    await marks.exec();
  }

  /** Slots whose execution has ended are freed; admitted rows whose job got lost get another one. */
  async #freeSlots(kind: (typeof executionKind.options)[number]): Promise<number> {
    const holders = await this.admission.runningSince(kind, Date.now() - SETTLING_MS);
    if (holders.length === 0) return 0;
    const ended = new Set((await this.ledger.ended(holders.map(({ id }) => id))).map(({ id }) => id));
    for (const id of ended) await this.dispatcher.release(kind, id);
    const open = holders.filter(({ id }) => !ended.has(id));
    if (kind === 'action') return ended.size + (await this.#giveUpActions(open));
    const queued = new Set(await this.ledger.queuedAmong(open.map(({ id }) => id)));
    const jobless = open.filter(({ id }) => queued.has(id));
    for (const offer of jobless) await this.dispatcher.enqueueAgain(kind, offer);
    return ended.size;
  }

  /** Actions whose job is gone: nobody will answer their waiter. */
  async #giveUpActions(holders: readonly { readonly id: string; readonly data: string }[]): Promise<number> {
    let mended = 0;
    for (const { id, data } of holders) {
      if (await this.jobs.knows('action.run', id)) continue;
      mended += 1;
      if (data === '') await this.dispatcher.release('action', id);
      else
        await this.answers.answer(
          JSON.parse(data) as ActionJob,
          failedOutcome(lostError('the job of the action was lost')),
          undefined,
        );
    }
    return mended;
  }
}
