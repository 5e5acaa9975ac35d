import { setImmediate } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { type Line, RecordsDatabase } from './data-source.js';
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
  /** Statements of each transaction that the database has not answered. */
  readonly #underway = new WeakMap<QueryRunner, number>();

  constructor(
    on: DataSource,
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

  protected override send<Row>(line: Line, sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    const { runner } = line;
    return this.steps.take(
      runner,
      () => {
        this.#count(runner, 1);
        return super.send<Row>(line, sql, parameters).finally(() => this.#count(runner, -1));
      },
      () => WAITS.test(sql) || (this.#underway.get(runner) ?? 0) > 0,
    );
  }

  #count(runner: QueryRunner, by: number): void {
    this.#underway.set(runner, (this.#underway.get(runner) ?? 0) + by);
  }
}
