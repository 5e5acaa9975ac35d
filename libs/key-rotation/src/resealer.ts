import { Inject, Injectable } from '@nestjs/common';
import { Cipher } from '#libs/crypto';
import { messageOf } from '#libs/kernel';
import { ColumnStore, type PageRow, type Replacement, type RowKey } from './column-store.js';
import { RotationsRepository } from './rotations.repository.js';
import type { ColumnProgress, Rotation } from './rotations.types.js';
import { LASTING_COLUMNS, type LastingColumn } from './sealed-columns.js';

/** Passes over what was locked or sealed with an old key meanwhile; what is left after so many is not for us to decide. */
const MAX_PASSES = 20;

/** Injection token of `RotationOptions`. */
export const ROTATION_OPTIONS = Symbol('rotation-options');

export interface RotationOptions {
  /** How long a new data key is handed out before it seals. */
  readonly settleMs: number;
  /** How long it works before it stores how far it is and looks whether to go on. */
  readonly stretchMs: number;
}

/** What only a person can cure; anything else is tried again. */
export class RotationProblem extends Error {
  override readonly name = 'RotationProblem';
}

/** How far some pages led; null where there was none. */
interface Stretch {
  readonly to: RowKey | null;
  readonly rows: number;
}

/** Whether there is more to do at once, later (rows are in use), or nothing. */
export type Progress = 'more' | 'later' | 'finished';

/** Seals values anew with the key that seals, a page at a time. Stopped anywhere, it goes on where it was. */
@Injectable()
export class Resealer {
  constructor(
    private readonly store: ColumnStore,
    private readonly rotations: RotationsRepository,
    private readonly cipher: Cipher,
    @Inject(ROTATION_OPTIONS) private readonly options: RotationOptions,
  ) {}

  /** Counts what there is to do; again changes nothing. */
  async prepare(rotation: Rotation): Promise<void> {
    const known = new Set((await this.rotations.columns(rotation.id)).map(({ name }) => name));
    for (const column of LASTING_COLUMNS.filter(({ name }) => !known.has(name))) {
      await this.rotations.addColumn(rotation.id, column.name, await this.store.count(column));
    }
  }

  /** Some pages of the first column that is not finished. @throws RotationProblem naming a row whose value does not open */
  async step(rotation: Rotation, keyId: number): Promise<Progress> {
    const open = (await this.rotations.columns(rotation.id)).find(({ finishedAt }) => finishedAt === null);
    const column = LASTING_COLUMNS.find(({ name }) => name === open?.name);
    if (!open || !column) return 'finished';
    const startedAt = performance.now();
    const { to, rows } = await this.#stretch(column, open, keyId);
    if (to === null) return this.#endPass(rotation, column, open, keyId);
    const advance = { from: open.lastKey, to, rows, activeMs: performance.now() - startedAt };
    return (await this.rotations.advance(rotation.id, column.name, advance)) ? 'more' : 'later';
  }

  /** Pages until the time for a stretch is over; while the database reads one and writes another, a third is sealed here. */
  async #stretch(column: LastingColumn, { lastKey, pass }: ColumnProgress, keyId: number): Promise<Stretch> {
    const fetch = (after: RowKey | null) => observed(this.store.page(column, after, keyId, pass > 1));
    const until = performance.now() + this.options.stretchMs;
    const stretch = { to: null as RowKey | null, rows: 0 };
    let writing: Promise<unknown> = Promise.resolve();
    let page = await fetch(lastKey);
    for (let last = page.at(-1); last; last = page.at(-1)) {
      const next = performance.now() < until ? fetch(last.key) : [];
      const fresh = this.#reseal(column, page);
      await writing;
      writing = observed(this.store.replace(column, fresh));
      stretch.to = last.key;
      stretch.rows += page.length;
      page = await next;
    }
    await writing;
    return stretch;
  }

  async #endPass(rotation: Rotation, column: LastingColumn, { pass }: ColumnProgress, keyId: number): Promise<Progress> {
    const left = await this.store.countStale(column, keyId);
    if (left > 0 && pass >= MAX_PASSES) {
      throw new RotationProblem(
        `${left} values of ${column.name} are locked, or sealed with an older key again and again: see who writes them, then resume`,
      );
    }
    await this.rotations.endPass(rotation.id, column.name, left);
    return left > 0 ? 'later' : 'more';
  }

  #reseal(column: LastingColumn, page: readonly PageRow[]): Replacement[] {
    return page.flatMap(({ key, row, sealed }) => {
      const fresh = sealed && this.#resealOne(column, row, key, sealed);
      return sealed && fresh ? [{ key, old: sealed, new: fresh }] : [];
    });
  }

  #resealOne(column: LastingColumn, row: PageRow['row'], key: PageRow['key'], sealed: Buffer): Buffer | undefined {
    try {
      return this.cipher.reseal(sealed, column.aad(row));
    } catch (error) {
      throw new RotationProblem(`${nameOfRow(column, key)} does not open: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** It is awaited a little later: failing meanwhile must not end the process. */
function observed<Result>(work: Promise<Result>): Promise<Result> {
  work.catch(() => undefined);
  return work;
}

/** How a person finds the row again. */
export const nameOfRow = (column: LastingColumn, key: PageRow['key']): string => {
  const parts = Object.keys(column.key).map((name, n) => `${name} = ${JSON.stringify(key[n])}`);
  return `${column.name} where ${parts.join(' and ')}`;
};
