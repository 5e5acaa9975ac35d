import { Injectable } from '@nestjs/common';
import type { Sql } from '#libs/database';
import { AppError, type FunctionId } from '#libs/kernel';
import { codeKey, ObjectStore } from '#libs/storage';
import { FunctionVersionsRepository } from './function-versions.repository.js';
import type { FunctionVersion, FunctionVersionRef, Page, Paging } from './functions.types.js';

/** The history of functions: every deploy, as far back as versions are kept. */
@Injectable()
export class FunctionVersions {
  constructor(
    private readonly versions: FunctionVersionsRepository,
    private readonly store: ObjectStore,
  ) {}

  /** Newest first. */
  async page(functionId: FunctionId, paging: Paging): Promise<Page<FunctionVersion>> {
    const [items, total] = await Promise.all([this.versions.list(functionId, paging), this.versions.count(functionId)]);
    return { items, total };
  }

  /**
   * A version that can run again: its code is still there.
   * @param on the transaction that goes back to it
   * @throws AppError `not_found`
   */
  async restorable(functionId: FunctionId, ref: FunctionVersionRef, on: Sql): Promise<FunctionVersion> {
    const found = await this.versions.find(functionId, ref, on);
    const named = 'id' in ref ? `entry ${ref.id}` : `version ${ref.version}`;
    if (!found) throw new AppError('not_found', `the function has no ${named}, or no longer: list its versions`);
    if ((await this.store.get(codeKey(found.bundleHash))) === null) {
      throw new AppError('not_found', `the code of ${named} is lost: deploy it again`);
    }
    return found;
  }

  /** Forgets what is past keeping, at most `limit` entries, and answers how many. Their code is `UnusedCode`'s, since others may name it too. */
  removeOld(kept: number, removedBefore: Date, limit: number): Promise<number> {
    return this.versions.removeOld(kept, removedBefore, limit);
  }
}
