import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { REDIS } from '#libs/cache';
import { idFloor } from '#libs/kernel';
import { Admission } from './admission.js';
import { Decisions } from './decisions.js';
import { Dispatcher } from './dispatcher.js';
import { WORKER_LOST_AFTER_MS } from './domain/limits.js';
import { Witness } from './domain/witness.js';
import type { OverdueExecution, StoredKind } from './executions.types.js';
import { HeldSlots } from './held-slots.js';
import { keys, SETTLED_FOR_S } from './keys.js';
import { LedgerRepository } from './ledger.repository.js';

const STORED: readonly StoredKind[] = ['sync', 'action-async', 'on-event'];
const PAGE = 2_000;
const OVERDUE_AT_ONCE = 200;
/** What became due less than this ago is offered at once; older ones are found page by page. */
const DUE_WITHIN_MS = 10_000;
/** What was accepted, or became due, less than this ago is being offered by whoever did it. */
const OFFERED_WITHIN_MS = 3_000;
/** Of a sync: to its start and from there to its end. */
const LONGEST_LIFE_MS = 2 * 86_400_000;
const MOST_REFUSED = 20_000;
const FIRST_ID = idFloor(new Date(0));

/** Makes Redis agree with the tables again after a crash or a loss. Every step is idempotent and may run anywhere, any time. */
@Injectable()
export class Reconciler {
  readonly #position = new Map<StoredKind, string>();
  readonly #witness = new Witness();

  constructor(
    @Inject(REDIS) private readonly redis: Redis,
    private readonly ledger: LedgerRepository,
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    private readonly slots: HeldSlots,
    private readonly decisions: Decisions,
  ) {}

  /** One pass: the whole ledger when Redis was emptied, the next page of it otherwise. Answers how much had to be mended. */
  async reconcile(): Promise<number> {
    const isWhole = (await this.redis.exists(keys.epoch)) === 0;
    if (isWhole) this.decisions.note('redis_rebuilt');
    let mended = 0;
    for (const kind of STORED) {
      mended += await this.#countRunning(kind);
      mended += isWhole ? await this.#offerAll(kind) : await this.#offerNextPage(kind, OFFERED_WITHIN_MS);
    }
    if (isWhole) {
      await this.#refuseEnded();
      // Only now: a pass that is cut short is made again.
      await this.redis.set(keys.epoch, new Date().toISOString());
    }
    return mended + (await this.slots.mend());
  }

  /** Offers what waited for a time that came lately; what was missed is found by `reconcile`. */
  async offerDue(): Promise<void> {
    const due = await this.ledger.dueWithin(DUE_WITHIN_MS, PAGE);
    for (const kind of new Set(due.map((row) => row.kind))) {
      await this.dispatcher.offerRows(
        kind,
        due.filter((row) => row.kind === kind),
      );
    }
  }

  /** Open rows that nobody will settle any more; the caller settles them as their kind wants it. */
  overdue(): Promise<OverdueExecution[]> {
    return this.ledger.overdue(OVERDUE_AT_ONCE, this.#witness.hasWatched(performance.now()) ? WORKER_LOST_AFTER_MS : undefined);
  }

  /** What may still run although it was ended is refused again: Redis has forgotten that it was. */
  async #refuseEnded(): Promise<void> {
    const ended = await this.ledger.endedEarly(new Date(Date.now() - LONGEST_LIFE_MS), MOST_REFUSED);
    const marks = this.redis.pipeline();
    for (const id of ended) marks.set(keys.settled(id), '1', 'EX', SETTLED_FOR_S);
    await marks.exec();
  }

  async #countRunning(kind: StoredKind): Promise<number> {
    let counted = 0;
    for (let after: string | undefined = FIRST_ID; after !== undefined;) {
      const rows = await this.ledger.open(kind, 'running', after, PAGE);
      const unknown = await this.admission.unknown(kind, rows);
      await this.dispatcher.adopt(kind, unknown);
      counted += unknown.length;
      after = rows.length === PAGE ? rows.at(-1)?.id : undefined;
    }
    this.decisions.note('running_counted', counted, { kind });
    return counted;
  }

  async #offerAll(kind: StoredKind): Promise<number> {
    this.#position.delete(kind);
    let mended = 0;
    do mended += await this.#offerNextPage(kind, 0);
    while (this.#position.has(kind));
    return mended;
  }

  /** Pages through what waits, from the oldest on, a page at a time. */
  async #offerNextPage(kind: StoredKind, forMs: number): Promise<number> {
    const rows = await this.ledger.open(kind, 'queued', this.#position.get(kind) ?? FIRST_ID, PAGE, forMs);
    const last = rows.at(-1);
    if (last && rows.length === PAGE) this.#position.set(kind, last.id);
    else this.#position.delete(kind);
    const unknown = await this.admission.unknown(kind, rows);
    await this.dispatcher.offerRows(kind, unknown);
    this.decisions.note('queued_offered', unknown.length, { kind });
    return unknown.length;
  }
}
