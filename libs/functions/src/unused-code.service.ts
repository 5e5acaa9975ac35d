import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { codeFolder, codeKey, ObjectStore } from '#libs/storage';
import { CondemnedCodeRepository } from './condemned-code.repository.js';

const HASHES_AT_ONCE = 500;
/** Removed in one transaction, which holds back a deploy that brings one of them. */
const REMOVED_AT_ONCE = 50;
const HASH = /^[0-9a-f]{64}$/;

/**
 * Code that no function and no version that can be gone back to refers to: of versions past keeping, of deploys that failed, of dry runs.
 * It is condemned first and removed much later. A deploy acquits what it brings before it stores it (`Functions.upload`), so what it has
 * stored is not removed under it; and what is referred to when its time has come stays. Whatever crashes in between, the row stays until
 * the object is gone.
 */
@Injectable()
export class UnusedCode {
  constructor(
    private readonly db: Database,
    private readonly condemned: CondemnedCodeRepository,
    private readonly store: ObjectStore,
  ) {}

  /** Condemns what nothing refers to in the nth folder of code. */
  async condemn(nth: number): Promise<void> {
    let hashes: string[] = [];
    for await (const key of this.store.keysIn(codeFolder(nth))) {
      const hash = key.slice(key.lastIndexOf('/') + 1);
      if (HASH.test(hash)) hashes.push(hash);
      if (hashes.length === HASHES_AT_ONCE) await this.#condemn(hashes.splice(0));
    }
    await this.#condemn(hashes);
  }

  /** Removes what was condemned before a time and that nothing refers to still. Answers how many it looked at, at most a slice of them. */
  remove(before: Date): Promise<number> {
    return this.db.transaction(async (tx) => {
      const hashes = await this.condemned.lockOldest(tx, before, REMOVED_AT_ONCE);
      if (hashes.length === 0) return 0;
      const referred = await this.condemned.referred(hashes, tx);
      const unused = hashes.filter((hash) => !referred.has(hash));
      await Promise.all(unused.map((hash) => this.store.delete(codeKey(hash))));
      await this.condemned.acquit(hashes, tx);
      return hashes.length;
    });
  }

  async #condemn(hashes: readonly string[]): Promise<void> {
    if (hashes.length === 0) return;
    const referred = await this.condemned.referred(hashes);
    const unused = hashes.filter((hash) => !referred.has(hash));
    if (unused.length > 0) await this.condemned.add(unused);
  }
}
