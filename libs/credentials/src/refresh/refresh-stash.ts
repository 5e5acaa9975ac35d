import type { Redis } from 'ioredis';
import type { Minted } from '#libs/auth-modes';
import type { Cipher } from '#libs/crypto';
import type { RefreshOrder } from './refresh.types.js';

const KEPT_MS = 24 * 3_600_000;

/**
 * A second place for new credentials while the database does not take them: a provider that rotates refresh tokens has dropped the old
 * one already. Sealed, and bound to the version they replace.
 */
export class RefreshStash {
  constructor(
    private readonly redis: Redis,
    private readonly cipher: Cipher,
  ) {}

  async put(order: RefreshOrder, minted: Minted): Promise<void> {
    const name = nameOf(order);
    await this.redis.set(name, this.cipher.seal(JSON.stringify(minted), name), 'PX', KEPT_MS);
  }

  async find(order: RefreshOrder): Promise<Minted | null> {
    const name = nameOf(order);
    const sealed = await this.redis.getBuffer(name);
    return sealed && (JSON.parse(this.cipher.openText(sealed, name)) as Minted);
  }

  async drop(order: RefreshOrder): Promise<void> {
    await this.redis.del(nameOf(order));
  }
}

const nameOf = ({ environmentId, rowId, credentialsVersion }: RefreshOrder): string =>
  `fairlead:refresh-stash:${environmentId}:${rowId}:${credentialsVersion}`;
