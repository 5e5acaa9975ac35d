import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { KeyObject } from 'node:crypto';
import type { ExecutionClaims } from '#libs/contracts';
import { verifyExecutionToken } from '#libs/execution-token';

/** Injection token of the key that verifies execution tokens. */
export const EXECUTION_PUBLIC_KEY = Symbol('execution-public-key');

const MAX_TOKENS = 5_000;

/** Verified execution tokens. A run sends its token with every batch: checking the signature once is enough, until it expires. */
@Injectable()
export class ExecutionTokens {
  readonly #verified = new LRUCache<string, ExecutionClaims>({ max: MAX_TOKENS });

  constructor(@Inject(EXECUTION_PUBLIC_KEY) private readonly publicKey: KeyObject) {}

  /** @throws AppError `invalid_execution_token` */
  async verify(token: string): Promise<ExecutionClaims> {
    const known = this.#verified.get(token);
    if (known && known.exp * 1000 > Date.now()) return known;
    const claims = await verifyExecutionToken(this.publicKey, token);
    this.#verified.set(token, claims);
    return claims;
  }
}
