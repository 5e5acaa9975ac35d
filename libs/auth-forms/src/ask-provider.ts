import type { AppError } from '#libs/kernel';
import {
  answered,
  failureOf,
  type ProviderFailure,
  tokenError,
  type TokenErrorCode,
  type TokenHttp,
  type TokenReply,
  type TokenRequest,
} from '#libs/token-http';

/** Whether credentials are made or renewed: failures are told otherwise. */
export type Purpose = 'mint' | 'refresh';

/**
 * Asks a provider for a token with what somebody typed.
 * @returns the reply, which is a success also by what its body says
 * @throws AppError `invalid_credentials` when it says no, `token_err` when it is ill or silent; either is
 * `refresh_token_external_error` when a token is renewed
 */
export async function askProvider(http: TokenHttp, request: TokenRequest, purpose: Purpose): Promise<TokenReply> {
  const reply = await answered(http, request, codeOfSilence(purpose));
  const failure = failureOf(reply);
  if (failure) throw tokenError(codeOf(purpose, failure), failure, request);
  return reply;
}

/** What is wrong with a server, or with how often it was asked, is no fault of the credentials. */
function codeOf(purpose: Purpose, { status }: ProviderFailure): TokenErrorCode {
  const isServers = status >= 500 || status === 429 || (status >= 300 && status < 400);
  return isServers || purpose === 'refresh' ? codeOfSilence(purpose) : 'invalid_credentials';
}

const codeOfSilence = (purpose: Purpose): TokenErrorCode => (purpose === 'mint' ? 'token_err' : 'refresh_token_external_error');

/** The error of a success that holds no token. */
export const noToken = (purpose: Purpose, status: number, request: TokenRequest, what = 'token'): AppError =>
  tokenError(codeOfSilence(purpose), { status, description: `its answer holds no ${what}`, permanent: false }, request);
