import type { AuthMode } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import type { TokenErrorPayload } from '#libs/token-http';

const SAYS_NO = new Set([400, 401, 403, 404, 422]);

/** Whether a provider took notice of a refresh token and did not like it; one that is ill or silent is asked again later. */
export function isLoginNeeded(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code !== 'refresh_token_external_error') return false;
  const { status, permanent } = error.payload as TokenErrorPayload;
  return permanent || (status !== undefined && SAYS_NO.has(status));
}

/** A mode that needs no browser, at first or later. */
export type RenewableMode = AuthMode & Required<Pick<AuthMode, 'mint' | 'refresh'>>;

/** A mode whose renewal fails in one way only, whatever was wrong: with the error of `AuthMode.refresh`. */
export function renewing(mode: RenewableMode): RenewableMode & Required<Pick<AuthMode, 'isRenewable'>> {
  return {
    mint: (subject, input) => mode.mint(subject, input),
    isRenewable: (subject, credentials) => mode.isRenewable?.(subject, credentials) ?? true,
    async refresh(subject, credentials) {
      try {
        return await mode.refresh(subject, credentials);
      } catch (thrown) {
        throw thrown instanceof AppError ? asRefreshFailure(thrown) : thrown;
      }
    },
  };
}

function asRefreshFailure(error: AppError): AppError {
  if (error.code === 'refresh_token_external_error') return error;
  const payload: TokenErrorPayload = { code: error.code, permanent: false };
  return new AppError('refresh_token_external_error', `The token could not be renewed: ${error.message}`, {
    payload,
    cause: error,
  });
}
