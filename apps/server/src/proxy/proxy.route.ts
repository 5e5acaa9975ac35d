import { Injectable } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { KeyAccess, readBearer } from '#libs/accounts';
import { type AccessRule, errorAnswer, type FrontRoute, requestIdOf } from '#libs/http';
import { AppError } from '#libs/kernel';
import { RETRY_HEADER, type RetryRefusal, retryHeaderValue } from '#libs/proxy';
import { EDGE_HEADERS, isPreflight, PREFLIGHT_HEADERS } from '../http-edge.js';
import { Proxy } from './proxy.service.js';
import { steeringOf } from './steering.js';

export const PROXY_ACCESS: [AccessRule] = ['environment:proxy'];

/** `/proxy/*`, before the framework: of a call that others only carry, the framework would take the largest part (ADR 14). */
@Injectable()
export class ProxyRoute implements FrontRoute {
  readonly prefix = '/proxy';

  constructor(
    private readonly access: KeyAccess,
    private readonly proxy: Proxy,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse): void {
    if (isPreflight(request)) response.writeHead(204, PREFLIGHT_HEADERS).end();
    else void this.#carry(request, response);
  }

  async #carry(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = requestIdOf(request);
    try {
      const admitted = this.access.caller(readBearer(request.headers.authorization), PROXY_ACCESS);
      const caller = admitted instanceof Promise ? await admitted : admitted;
      await this.proxy.carry(caller, steeringOf(request.headers), { id, request, response });
    } catch (error) {
      answerFailure(error, request, response, id);
    }
  }
}

/** Before the answer has begun, the caller is told; afterwards the broken-off connection says it. */
function answerFailure(thrown: unknown, request: IncomingMessage, response: ServerResponse, id: string): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const { status, body, headers } = failureOf(thrown, request);
  const text = JSON.stringify(body);
  const ours = { ...EDGE_HEADERS, 'x-request-id': id, 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...ours, ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
}

interface Failure {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

function failureOf(thrown: unknown, request: IncomingMessage): Failure {
  if (thrown instanceof AppError && thrown.code === 'upstream_unreachable') return unanswered(thrown);
  const { error, body, headers } = errorAnswer(thrown, request);
  return { status: error.status, body, headers };
}

/** An upstream that did not answer is told of without envelope (spec/api.md §3.10). */
function unanswered({ status, message, payload }: AppError): Failure {
  const { retryRefused, ...facts } = payload as { code: string; method: string; retryRefused?: RetryRefusal };
  return {
    status,
    body: { message, ...facts },
    headers: retryRefused ? { [RETRY_HEADER]: retryHeaderValue(retryRefused) } : {},
  };
}
