import { AppError } from '#libs/kernel';

/** The refusal of a call that would only be refused by the provider. @param waitMs until it may be tried again, as far as is known */
export function rateLimited(connection: string, waitMs: number): AppError {
  const retryAfterMs = Math.max(1, Math.ceil(waitMs / 1000)) * 1000;
  const seconds = retryAfterMs / 1000;
  return new AppError(
    'rate_limited',
    `the provider’s rate limit of connection ${connection} is used up: try again in ${seconds} s`,
    { retryAfterMs, payload: { connection_id: connection, retry_after: seconds } },
  );
}
