import { Injectable } from '@nestjs/common';
import { messageOf } from '#libs/kernel';
import { Ticker } from '#libs/ticker';
import { Cipher } from './cipher.js';
import { missingRoot, unwrapAll } from './data-keys.js';
import { DataKeys, KEY_POLL_MS } from './data-keys.repository.js';
import { RootKeys } from './root-keys.js';

/**
 * Keeps the cipher's keys those of the database, and tells the others which keys this process holds: a new data key seals only once
 * every running process can open what it sealed.
 */
@Injectable()
export class KeyPoll extends Ticker {
  readonly #complained = new Set<string>();
  #looking: Promise<void> | undefined;

  constructor(
    private readonly cipher: Cipher,
    private readonly keys: DataKeys,
    private readonly roots: RootKeys,
  ) {
    super(KEY_POLL_MS);
    cipher.onUnknownKey = () => void this.refresh().catch((error: unknown) => this.#cannotLook(error));
  }

  /** Looks for new keys at once; callers that come meanwhile share one look. */
  refresh(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  override async beforeApplicationShutdown(): Promise<void> {
    await super.beforeApplicationShutdown();
    await this.keys.leave().catch((error: unknown) => this.#cannotLook(error));
  }

  protected tick(): Promise<void> {
    return this.refresh();
  }

  async #look(): Promise<void> {
    const { keyring, missing } = unwrapAll(await this.keys.rows(), this.roots.list);
    this.cipher.load(keyring);
    for (const fingerprint of missing.filter((one) => !this.#complained.has(one))) {
      this.#complained.add(fingerprint);
      this.log.error(missingRoot(fingerprint));
    }
    const fingerprints = this.roots.list.map((root) => root.fingerprint);
    await this.keys.report(fingerprints, this.cipher.dataKeyIds, this.cipher.sealsWith);
  }

  #cannotLook(error: unknown): void {
    this.log.warn(`the data keys cannot be looked at: ${messageOf(error)}`);
  }
}
