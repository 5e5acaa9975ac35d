import { Inject, Injectable } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import { VerifiedTokens, verifyCallerToken } from '#libs/execution-token';

/** Injection token of the public key tokens are verified with. */
export const EXECUTION_PUBLIC_KEY = Symbol('execution-public-key');

const MAX_CALLERS = 1_000;

/** Jobs processes that have shown who they are. */
@Injectable()
export class Callers {
  readonly #tokens: VerifiedTokens<{ readonly exp: number }>;

  constructor(@Inject(EXECUTION_PUBLIC_KEY) publicKey: KeyObject) {
    this.#tokens = new VerifiedTokens((token) => verifyCallerToken(publicKey, token), MAX_CALLERS);
  }

  /** @returns when the token ends, in milliseconds since the epoch @throws AppError `invalid_execution_token` */
  async verify(token: string): Promise<number> {
    return (await this.#tokens.verify(token)).exp * 1_000;
  }
}
