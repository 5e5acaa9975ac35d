import { Inject, Injectable } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import type { ExecutionClaims } from '#libs/contracts';
import { VerifiedTokens, verifyExecutionToken } from '#libs/execution-token';

/** Injection token of the key that verifies execution tokens. */
export const EXECUTION_PUBLIC_KEY = Symbol('execution-public-key');

const MAX_TOKENS = 5_000;

/** Tokens of runs: each sends its own with every batch. */
@Injectable()
export class ExecutionTokens {
  readonly #tokens: VerifiedTokens<ExecutionClaims>;

  constructor(@Inject(EXECUTION_PUBLIC_KEY) publicKey: KeyObject) {
    this.#tokens = new VerifiedTokens((token) => verifyExecutionToken(publicKey, token), MAX_TOKENS);
  }

  /** @throws AppError `invalid_execution_token` */
  verify(token: string): Promise<ExecutionClaims> {
    return this.#tokens.verify(token);
  }
}
