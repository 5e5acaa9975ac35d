import type { KeyObject } from 'node:crypto';
import { jwtVerify } from 'jose';
import { AppError } from '#libs/kernel';
import { ALGORITHM, signed } from './jws.js';

/** Whom a caller token is for: nobody else takes it, and a runner takes no other token for one. */
const AUDIENCE = 'fairlead:runner';
const LIVES_S = 3_600;
/** Half its life before it ends: clocks may differ. */
const RENEWED_MS = (LIVES_S * 1_000) / 2;

/** Says to runners who asks, for as many runs as an hour has: they check one signature, not one for each run (ADR 6). */
export class CallerTokens {
  #current: string | undefined;
  #madeAtMs = 0;

  constructor(private readonly privateKey: KeyObject) {}

  /** A token that is good for half an hour at least. */
  get(nowMs = Date.now()): string {
    if (!this.#current || Math.abs(nowMs - this.#madeAtMs) >= RENEWED_MS) {
      this.#current = signed(this.privateKey, { exp: Math.floor(nowMs / 1_000) + LIVES_S, aud: AUDIENCE });
      this.#madeAtMs = nowMs;
    }
    return this.#current;
  }
}

/** @returns when it ends, in seconds since the epoch @throws AppError `invalid_execution_token` */
export async function verifyCallerToken(publicKey: KeyObject, token: string): Promise<{ readonly exp: number }> {
  try {
    const { payload } = await jwtVerify(token, publicKey, {
      algorithms: [ALGORITHM],
      audience: AUDIENCE,
      requiredClaims: ['exp'],
    });
    return { exp: payload.exp as number };
  } catch (error) {
    throw new AppError('invalid_execution_token', 'the token of the caller is not valid or has expired', { cause: error });
  }
}
