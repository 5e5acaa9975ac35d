import type { AppError } from '#libs/kernel';
import { failureOf, type ProviderFailure } from '../http/domain/provider-failure.js';
import { answered, tokenError } from '../http/request-token.js';
import type { TokenHttp } from '../http/token-http.js';
import type { TokenReply, TokenRequest } from '../http/token-http.types.js';

/** Whether credentials are made or renewed: failures are told otherwise. */
export type Purpose = 'mint' | 'refresh';

/**
 * Asks a provider for a token with what somebody typed.
 * @returns the reply, which is a success also by what its body says
 * @throws AppError `invalid_credentials` when it says no, `token_err` when it is ill or silent; either is
 * `refresh_token_external_error` when a token is renewed
 */
export async function askProvider(http: TokenHttp, request: TokenRequest, purpose: Purpose): Promise<TokenReply> {
  const reply = await answered(http, request, purpose === 'mint' ? 'token_err' : 'refresh_token_external_error');
  const failure = failureOf(reply);
  if (failure) throw refusal(purpose, failure, request);
  return reply;
}

/** The error of an answer that is none, such as one without a token. */
export const refusal = (purpose: Purpose, failure: ProviderFailure, request: TokenRequest): AppError =>
  tokenError(purpose === 'mint' ? mintCode(failure.status) : 'refresh_token_external_error', failure, request);

/** What is wrong with a server, or with how often it was asked, is no fault of the credentials. */
const mintCode = (status: number): 'token_err' | 'invalid_credentials' =>
  status >= 500 || status === 429 || (status >= 300 && status < 400) ? 'token_err' : 'invalid_credentials';

/** What a success that holds no token is told as. */
export const withoutToken = (status: number, what = 'token'): ProviderFailure => ({
  status,
  description: `its answer holds no ${what}`,
  permanent: false,
});
