import { AppError, type ErrorCode } from '#libs/kernel';

type Answers = Partial<Record<ErrorCode, (error: AppError) => AppError>>;

async function answering<Result>(work: Promise<Result>, answers: Answers): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof AppError ? (answers[error.code]?.(error) ?? error) : error;
  }
}

/** `GET` and `PATCH /connections/{id}`: 400 for an unknown integration, 404 `not_found` for an unknown connection. */
export const orNotFound = <Result>(work: Promise<Result>): Promise<Result> =>
  answering(work, {
    unknown_provider_config: (error) => new AppError('unknown_provider_config', error.message, { status: 400 }),
    unknown_connection: () => new AppError('not_found', 'no such connection'),
  });

/** Metadata routes: 404 `unknown_connection`. */
export const orUnknown = <Result>(work: Promise<Result>): Promise<Result> =>
  answering(work, {
    unknown_connection: (error) => new AppError('unknown_connection', error.message, { status: 404, payload: {} }),
  });

/** The first import route answered an unknown integration in its own way. */
export const orUnknownConfig = <Result>(work: Promise<Result>): Promise<Result> =>
  answering(work, {
    not_found: (error) => new AppError('unknown_provider_config', error.message, { status: 400 }),
  });
