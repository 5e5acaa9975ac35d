import { Logger } from '@nestjs/common';
import type { Cipher } from '#libs/crypto';
import { messageOf } from '#libs/kernel';
import type { RefreshOrder, RefreshResult, RefreshRunner } from '../refresh.types.js';
import { KeeperProcess } from './keeper-process.js';
import type { KeeperSetup } from './messages.js';

/** A keeper with nothing to do goes home; the next refresh starts another. */
const IDLE_MS = 60_000;

/**
 * Has refreshes carried out by a small process of their own, the keeper. A provider that rotates refresh tokens drops the old one before
 * the new one has reached us: were the process that asked to die then, the connection would be lost. The keeper outlives the service
 * that started it until what it began is stored, so a service may crash or be killed at any moment (docs/adr/0010).
 */
export class KeeperRunner implements RefreshRunner {
  readonly #log = new Logger('RefreshKeeper');
  readonly #orders = new Set<Promise<RefreshResult>>();
  #keeper: Promise<KeeperProcess> | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly setup: KeeperSetup,
    private readonly cipher: Pick<Cipher, 'keyring'>,
    private readonly start: (setup: KeeperSetup) => Promise<KeeperProcess> = (given) => KeeperProcess.start(given),
  ) {}

  run(order: RefreshOrder): Promise<RefreshResult> {
    clearTimeout(this.#idle);
    const running = this.#run(order).finally(() => {
      this.#orders.delete(running);
      if (this.#orders.size === 0) this.#idle = setTimeout(() => void this.#dismiss(), IDLE_MS).unref();
    });
    this.#orders.add(running);
    return running;
  }

  async close(): Promise<void> {
    await Promise.all(this.#orders);
    clearTimeout(this.#idle);
    await this.#dismiss();
  }

  async #run(order: RefreshOrder): Promise<RefreshResult> {
    try {
      const keeper = await this.#ready();
      return await keeper.run(order, this.cipher.keyring);
    } catch (error) {
      this.#log.error(`the process that renews credentials did not start: ${messageOf(error)}`);
      return { kind: 'failed', code: 'connection_refresh_backoff', message: UNSTARTED, permanent: false };
    }
  }

  /** Several notice that a keeper has ended, or did not start: only one of them starts another. */
  async #ready(): Promise<KeeperProcess> {
    const known = this.#keeper;
    if (known && (await known).hasEnded && this.#keeper === known) this.#keeper = undefined;
    this.#keeper ??= this.#started();
    return this.#keeper;
  }

  #started(): Promise<KeeperProcess> {
    const starting = this.start(this.setup);
    starting.catch(() => {
      if (this.#keeper === starting) this.#keeper = undefined;
    });
    return starting;
  }

  async #dismiss(): Promise<void> {
    const keeper = this.#keeper;
    this.#keeper = undefined;
    await (await keeper?.catch(() => undefined))?.stop();
  }
}

const UNSTARTED = 'the process that renews credentials did not start; the log of this service says why';
