import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { KeyObject } from 'node:crypto';
import { verifyCallerToken } from '#libs/execution-token';

/** Injection token of the public key tokens are verified with. */
export const EXECUTION_PUBLIC_KEY = Symbol('execution-public-key');

const MAX_CALLERS = 1_000;

/** Jobs processes that have shown who they are: each signature is checked once, until its token ends. */
@Injectable()
export class Callers {
  /** When each token ends, in seconds since the epoch. */
  readonly #verified = new LRUCache<string, number>({ max: MAX_CALLERS });

  constructor(@Inject(EXECUTION_PUBLIC_KEY) private readonly publicKey: KeyObject) {}

  /** @throws AppError `invalid_execution_token` */
  async verify(token: string): Promise<void> {
    const endsAt = this.#verified.get(token);
    if (endsAt !== undefined && endsAt * 1_000 > Date.now()) return;
    this.#verified.set(token, await verifyCallerToken(this.publicKey, token));
  }
}
