import { HttpException, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AppError, codeOf, toAppError, toErrorBody } from '#libs/kernel';
import { counter } from '#libs/metrics';

/** What a failed request is answered with: `{ "error": { code, message, … } }` (spec/api.md §2.1). */
export interface ErrorAnswer {
  readonly error: AppError;
  /** Stands for a cause that callers are not shown. */
  readonly supportId: string | undefined;
  readonly body: { readonly error: object };
  /** Such as when to come back. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Described {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

const log = new Logger('HttpError');
const errors = counter('fairlead.http.errors');

/** The answer to whatever was thrown; reports it where it is not the caller's doing. */
export function errorAnswer(thrown: unknown, request: Described): ErrorAnswer {
  const error = translate(thrown, request);
  const supportId = error.code === 'generic_error_support' ? randomUUID() : undefined;
  report(error, supportId);
  const body = { error: supportId ? hidden(error, supportId) : toErrorBody(error) };
  return { error, supportId, body, headers: headersOf(error) };
}

const headersOf = ({ retryAfterMs }: AppError): Record<string, string> =>
  retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };

const hidden = ({ code }: AppError, supportId: string) => ({
  message: `an internal error occurred, support id ${supportId}`,
  code,
  payload: supportId,
});

function report(error: AppError, supportId: string | undefined): void {
  errors.add({ code: error.code, fault: error.fault });
  if (error.fault === 'user') return;
  const facts = { code: error.code, supportId, err: error.cause ?? error };
  if (error.fault === 'provider') log.warn(facts, error.message);
  else log.error(facts, error.message);
}

const noNul = () => new AppError('invalid_body', 'text must not contain NUL characters');

/** Refusals of Fastify and of Postgres that callers can cure. */
const CURABLE: Record<string, () => AppError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new AppError('request_too_large', 'the request body exceeds the limit of this server'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new AppError('invalid_content_type', 'the body must be application/json'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => new AppError('invalid_body', 'the body does not match its Content-Length'),
  '22021': noNul,
  '22P05': noNul,
};

function translate(thrown: unknown, { method, url = '' }: Described): AppError {
  if (thrown instanceof AppError) return thrown;
  const known = CURABLE[codeOf(thrown) ?? ''];
  if (known) return known();
  if (thrown instanceof HttpException && thrown.getStatus() === 404) {
    return new AppError('not_found', `no route ${method} ${url.split('?')[0]}`);
  }
  if (thrown instanceof HttpException && thrown.getStatus() < 500) {
    return new AppError('invalid_body', thrown.message, { status: thrown.getStatus() });
  }
  return toAppError(thrown);
}
