import { AppError, type ErrorCode } from '#libs/kernel';

type Answers = Partial<Record<ErrorCode, (error: AppError) => AppError>>;

const again = (error: AppError, code: ErrorCode, options: { status?: number; payload?: unknown } = {}): AppError =>
  new AppError(code, error.message, { status: error.status, payload: error.payload, cause: error, ...options });

async function answering<Result>(work: Promise<Result>, answers: Answers): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof AppError ? (answers[error.code]?.(error) ?? error) : error;
  }
}

/** `/oauth2/auth` answers in a way of its own: 400, and the classic body. */
export const asClientAuth = <Result>(work: Promise<Result>): Promise<Result> =>
  answering(work, {
    unknown_provider_config: (error) => again(error, 'unknown_provider_config', { status: 400 }),
    invalid_auth_mode: (error) => again(error, 'invalid_auth_mode', { payload: {} }),
  });

/** `/auth/tba`: the code of its own for credentials that the provider does not take. */
export const asTba = <Result>(work: Promise<Result>): Promise<Result> =>
  answering(work, { connection_test_failed: (error) => again(error, 'invalid_credentials', { status: 400 }) });

/** `/auth/jwt`, `/auth/two-step`: failures have the classic body. */
export const asClassic = <Result>(work: Promise<Result>): Promise<Result> =>
  answering(work, {
    invalid_credentials: (error) => again(error, 'invalid_credentials', { payload: error.payload ?? {} }),
    token_err: (error) => again(error, 'token_err', { payload: error.payload ?? {} }),
    connection_test_failed: (error) => again(error, 'connection_test_failed', { payload: {} }),
  });
