import { setImmediate } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Transaction } from '#libs/database';
import { RecordsDatabase } from './data-source.js';
import type { Random } from './test-random.js';

interface Step {
  /** Steps of one owner keep their order. */
  readonly owner: object;
  readonly start: () => Promise<unknown>;
  /** It may wait for a lock, or behind a statement that does: nobody waits for it here. */
  readonly mayBlock: () => boolean;
}

/** Statements that wait while another transaction holds the dataset, or makes it. */
const WAITS = / FOR (NO KEY )?UPDATE|INSERT INTO records\.datasets/;

/** How often the others get to say what they do next before one of them is chosen. */
const TURNS = 2;

/** Lets one statement of many transactions go at a time, in an order that a seed decides. */
export class Steps {
  readonly #waiting: Step[] = [];
  #taken = 0;

  constructor(private readonly random: Random) {}

  /** How many choices were made. */
  get taken(): number {
    return this.#taken;
  }

  take<Result>(owner: object, start: () => Promise<Result>, mayBlock: () => boolean): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ owner, mayBlock, start: () => start().then(resolve, reject) });
    });
  }

  /** Chooses until the work is done. */
  async until(work: Promise<unknown>): Promise<void> {
    const state = { done: false };
    const ended = work.finally(() => (state.done = true));
    ended.catch(() => undefined);
    while (!state.done) {
      for (let turn = 0; turn < TURNS; turn++) await setImmediate();
      const step = this.#choose();
      if (!step) continue;
      this.#taken += 1;
      const blocks = step.mayBlock();
      const finished = step.start();
      if (!blocks) await finished;
    }
    await ended;
  }

  #choose(): Step | undefined {
    const { owner } = this.#waiting[this.random.below(this.#waiting.length)] ?? {};
    const first = this.#waiting.findIndex((one) => one.owner === owner);
    return first < 0 ? undefined : this.#waiting.splice(first, 1)[0];
  }
}

/** The record store's database, whose statements wait until they are chosen. */
export class SteppedDatabase extends RecordsDatabase {
  constructor(
    private readonly on: DataSource,
    private readonly steps: Steps,
  ) {
    super(on);
  }

  override query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    return this.steps.take(
      {},
      () => super.query<Row>(sql, parameters),
      () => false,
    );
  }

  override async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const runner = this.on.createQueryRunner();
    let underway = 0;
    const step = <Answer>(start: () => Promise<Answer>, locks = false) =>
      this.steps.take(
        runner,
        () => {
          underway += 1;
          return start().finally(() => (underway -= 1));
        },
        () => locks || underway > 0,
      );
    try {
      await step(() => runner.startTransaction());
      const query = <Row>(sql: string, parameters: readonly unknown[] = []) =>
        step(() => rowsOf<Row>(runner.query(sql, [...parameters])), WAITS.test(sql));
      const result = await work({ query, afterCommit: () => undefined, afterRollback: () => undefined });
      await step(() => runner.commitTransaction());
      return result;
    } catch (error) {
      await runner.rollbackTransaction();
      throw error;
    } finally {
      await runner.release();
    }
  }
}

async function rowsOf<Row>(answer: Promise<unknown>): Promise<Row[]> {
  const rows = (await answer) as Row[] | [Row[], number];
  return typeof rows[1] === 'number' ? (rows[0] as Row[]) : (rows as Row[]);
}
