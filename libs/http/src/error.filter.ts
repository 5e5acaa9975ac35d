import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorAnswer, errorAnswer } from './error-answer.js';

/** The only place where an error of a route becomes its answer. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const answer = errorAnswer(thrown, request);
    if (reply.sent || reply.raw.headersSent) return;
    void reply.headers(answer.headers);
    this.answer(request, reply, answer);
  }

  protected answer(_request: FastifyRequest, reply: FastifyReply, { error, body }: ErrorAnswer): void {
    void reply.status(error.status).send(body);
  }
}
