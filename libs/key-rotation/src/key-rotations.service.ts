import { Injectable } from '@nestjs/common';
import { Cipher, DataKeys, RootKeys } from '#libs/crypto';
import { AppError, messageOf } from '#libs/kernel';
import { ColumnStore, type PageRow } from './column-store.js';
import { estimate } from './domain/estimate.js';
import { dataKeyRoles, rootRoles, type Uses } from './domain/key-roles.js';
import type { KeysStatus, RotationStatus, Verification } from './key-status.js';
import { nameOfRow } from './resealer.js';
import { RotationsRepository } from './rotations.repository.js';
import type { Rotation, RotationScope } from './rotations.types.js';
import { LASTING_COLUMNS, type LastingColumn, SEALED_COLUMNS } from './sealed-columns.js';

const FAILURES_NAMED = 20;
const IN_CLEAR = 0;

/** What operators ask of keys. The work itself is done by `RotationRunner`, here or in another process. */
@Injectable()
export class KeyRotations {
  constructor(
    private readonly rotations: RotationsRepository,
    private readonly keys: DataKeys,
    private readonly roots: RootKeys,
    private readonly store: ColumnStore,
    private readonly cipher: Cipher,
  ) {}

  /** @param scan counts the values of every data key, which reads every row */
  async status(scan = false): Promise<KeysStatus> {
    const [rows, processes, rotation] = await Promise.all([this.keys.rows(), this.keys.holders(), this.rotation()]);
    const uses = scan ? await this.#uses() : undefined;
    const target = rotation?.state === 'done' ? null : (rotation?.dataKeyId ?? null);
    return {
      roots: rootRoles(
        this.roots.list.map(({ fingerprint }) => fingerprint),
        rows,
      ),
      dataKeys: dataKeyRoles(rows, uses, target),
      processes,
      ...(uses && { inClear: uses.get(IN_CLEAR) ?? {} }),
      rotation,
    };
  }

  /** The latest rotation. */
  async rotation(): Promise<RotationStatus | null> {
    const rotation = await this.rotations.latest();
    return rotation && this.#describe(rotation);
  }

  /**
   * Opens a rotation towards this process's primary root key, or answers the one of that scope that is open.
   * @throws AppError `conflict` while one of the other scope is open, `encryption_key_missing` without a root key
   */
  async rotate(scope: RotationScope): Promise<RotationStatus> {
    const root = this.roots.primary;
    if (!root) throw new AppError('encryption_key_missing', 'there is no root key to rotate to: set NANGO_ENCRYPTION_KEY');
    const rotation = (await this.rotations.open(scope, root)) ?? (await this.rotations.current());
    if (!rotation) return this.rotate(scope);
    if (rotation.scope !== scope) {
      throw new AppError('conflict', `a rotation of the ${rotation.scope} key is ${rotation.state}: let it finish first`);
    }
    return this.#describe(rotation);
  }

  /** @throws AppError `conflict` when none is running */
  async pause(): Promise<RotationStatus> {
    return this.#set('paused', 'paused by an operator', 'no rotation is running');
  }

  /** @throws AppError `conflict` when none is paused */
  async resume(): Promise<RotationStatus> {
    return this.#set('running', null, 'no rotation is paused');
  }

  /** Opens every value that lasts with the keys of this process. */
  async verify(onProgress: (opened: number) => void = () => undefined): Promise<Verification> {
    const failures: string[] = [];
    let [opened, failed] = [0, 0];
    for (const column of LASTING_COLUMNS) {
      let page = await this.store.page(column, null, null);
      for (let last = page.at(-1); last; last = page.at(-1)) {
        const broken = page.flatMap((row) => this.#problem(column, row) ?? []);
        opened += page.length - broken.length;
        failed += broken.length;
        failures.push(...broken.slice(0, FAILURES_NAMED - failures.length));
        onProgress(opened);
        page = await this.store.page(column, last.key, null);
      }
    }
    return { opened, failed, failures };
  }

  /** Forgets a data key for good. @throws AppError `conflict` while anything may need it */
  async drop(id: number): Promise<void> {
    const uses = (await this.#uses()).get(id);
    if (uses) {
      const where = Object.entries(uses).map(([column, count]) => `${count} in ${column}`);
      throw new AppError('conflict', `data key ${id} sealed values that are still there: ${where.join(', ')}`);
    }
    if (await this.keys.drop(id)) return;
    throw new AppError('conflict', `data key ${id} does not exist, or its successor has not sealed for a day (25 hours) yet`);
  }

  #problem(column: LastingColumn, { row, key, sealed }: PageRow): string | undefined {
    try {
      if (sealed) this.cipher.open(sealed, column.aad(row));
      return undefined;
    } catch (error) {
      return `${nameOfRow(column, key)}: ${messageOf(error)}`;
    }
  }

  async #uses(): Promise<Uses> {
    const uses = new Map<number, Record<string, number>>();
    for (const column of SEALED_COLUMNS) {
      for (const { id, count } of await this.store.uses(column)) uses.set(id, { ...uses.get(id), [column.name]: count });
    }
    return uses;
  }

  async #set(state: 'running' | 'paused', note: string | null, refusal: string): Promise<RotationStatus> {
    if (!(await this.rotations.setState(state, note))) throw new AppError('conflict', refusal);
    return (await this.rotation()) as RotationStatus;
  }

  async #describe(rotation: Rotation): Promise<RotationStatus> {
    const columns = await this.rotations.columns(rotation.id);
    const shown = columns.map(({ name, done, total }) => ({ name, done, total }));
    return { ...rotation, ...estimate(columns), columns: shown };
  }
}
