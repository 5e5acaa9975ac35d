import { AppError } from '#libs/kernel';
import { failureOf, type ProviderFailure } from './domain/provider-failure.js';
import { redacted, secretsOf } from './domain/redaction.js';
import { type Answer, fieldsOf } from './domain/values.js';
import type { TokenHttp } from './token-http.js';
import type { TokenReply, TokenRequest } from './token-http.types.js';

/** How a failure is told: with a code of its own where credentials are made (`token_err`, `invalid_credentials`) and renewed. */
export type TokenErrorCode =
  | 'token_err'
  | 'invalid_credentials'
  | 'aws_sigv4_sts_request_failed'
  | 'refresh_token_external_error';

const HEADLINES: Readonly<Record<TokenErrorCode, string>> = {
  token_err: 'The provider gave no token',
  invalid_credentials: 'The provider refused the credentials',
  aws_sigv4_sts_request_failed: 'No temporary credentials for AWS',
  refresh_token_external_error: 'The provider did not renew the token',
};

/** Payload of errors about tokens. */
export interface TokenErrorPayload {
  readonly status?: number;
  readonly code?: string;
  /** The grant is gone: only the user can give a new one. Anything else may pass by itself. */
  readonly permanent: boolean;
}

/**
 * Asks a provider for a token.
 * @returns the reply, which is a success also by what its body says
 * @throws AppError `code`, with a `TokenErrorPayload`, when the provider says no or nothing
 */
export async function requestToken(http: TokenHttp, request: TokenRequest, code: TokenErrorCode): Promise<TokenReply> {
  const reply = await answered(http, request, code);
  const failure = failureOf(reply);
  if (failure) throw tokenError(code, failure, request);
  return reply;
}

/** The fields of a success. Errors as of `requestToken`. */
export async function requestTokenFields(http: TokenHttp, request: TokenRequest, code: TokenErrorCode): Promise<Answer> {
  return fieldsOf((await requestToken(http, request, code)).body);
}

/** The error of a provider's refusal. `request` is what must not be quoted from it. */
export function tokenError(
  code: TokenErrorCode,
  failure: Omit<ProviderFailure, 'status'> & { status?: number },
  request: TokenRequest,
): AppError {
  const { status, permanent } = failure;
  const secrets = secretsOf(request);
  const word = failure.code === undefined ? undefined : redacted(failure.code, secrets);
  const said = [word, failure.description && redacted(failure.description, secrets)].filter((text) => text);
  const why = said.length > 0 ? [...new Set(said)].join(': ') : `it answered with status ${status}`;
  const payload: TokenErrorPayload = {
    ...(status !== undefined && { status }),
    ...(word !== undefined && { code: word }),
    permanent,
  };
  // Whoever typed the credentials is told so as their mistake; a connection that stops working is another matter.
  return new AppError(code, `${HEADLINES[code]}: ${why}`, { payload, ...(code === 'invalid_credentials' && { status: 400 }) });
}

/**
 * What a provider answers, whatever it says.
 * @throws AppError `code`, with a `TokenErrorPayload`, when it says nothing
 */
export async function answered(http: TokenHttp, request: TokenRequest, code: TokenErrorCode): Promise<TokenReply> {
  try {
    return await http.send(request);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    const payload: TokenErrorPayload = { ...(cause.payload as { code?: string }), permanent: false };
    throw new AppError(code, `${HEADLINES[code]}: ${cause.message}`, { payload, cause });
  }
}
