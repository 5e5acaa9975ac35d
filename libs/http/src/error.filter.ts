import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { AppError, codeOf, toAppError, toErrorBody } from '#libs/kernel';

const noNul = () => new AppError('invalid_body', 'text must not contain NUL characters');

/** Refusals of Fastify and of Postgres that callers can cure. */
const CURABLE: Record<string, () => AppError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new AppError('request_too_large', 'the request body exceeds the limit of this server'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new AppError('invalid_content_type', 'the body must be application/json'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => new AppError('invalid_body', 'the body does not match its Content-Length'),
  '22021': noNul,
  '22P05': noNul,
};

/** The only place where an error becomes an answer: `{ "error": { code, message, … } }` (spec/api.md §2.1). */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  readonly #log = new Logger(HttpErrorFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const error = translate(thrown, request);
    const supportId = error.code === 'generic_error_support' ? randomUUID() : undefined;
    this.#report(error, supportId);
    if (reply.sent || reply.raw.headersSent) return;
    if (error.retryAfterMs !== undefined) void reply.header('retry-after', Math.ceil(error.retryAfterMs / 1000));
    this.answer(request, reply, error, supportId);
  }

  /** @param supportId stands for a cause that callers are not shown */
  protected answer(_request: FastifyRequest, reply: FastifyReply, error: AppError, supportId: string | undefined): void {
    const body = supportId
      ? {
          message: `an internal error occurred, support id ${supportId}`,
          code: error.code,
          payload: supportId,
        }
      : toErrorBody(error);
    void reply.status(error.status).send({ error: body });
  }

  #report(error: AppError, supportId: string | undefined): void {
    if (error.fault === 'user') return;
    const facts = { code: error.code, supportId, err: error.cause ?? error };
    if (error.fault === 'provider') this.#log.warn(facts, error.message);
    else this.#log.error(facts, error.message);
  }
}

function translate(thrown: unknown, request: FastifyRequest): AppError {
  if (thrown instanceof AppError) return thrown;
  const known = CURABLE[codeOf(thrown) ?? ''];
  if (known) return known();
  if (thrown instanceof HttpException && thrown.getStatus() === 404) {
    return new AppError('not_found', `no route ${request.method} ${request.url.split('?')[0]}`);
  }
  if (thrown instanceof HttpException && thrown.getStatus() < 500) {
    return new AppError('invalid_body', thrown.message, { status: thrown.getStatus() });
  }
  return toAppError(thrown);
}
