import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '#libs/accounts';
import type { ConnectionLease } from '#libs/contracts';
import { Connections } from '#libs/credentials';
import { AppError } from '#libs/kernel';
import {
  needsWholeBody,
  type OutboundRequest,
  ProxyTransport,
  renewal,
  RETRY_HEADER,
  type RetryRefusal,
  retryHeaderValue,
} from '#libs/proxy';
import { hasBody, type IncomingBody, incomingBody, readAway } from './incoming-body.js';
import { forwardedHeaders, type ProxyHeaders } from './proxy-headers.js';
import { type ProxiedCall, ProxyLog } from './proxy-log.js';
import { sendOn } from './upstream-reply.js';

const PREFIX = '/proxy';

/** Carries a call to a provider with the credentials of a connection, and its answer back (spec/api.md §3.10). */
@Injectable()
export class Proxy {
  constructor(
    private readonly connections: Connections,
    private readonly transport: ProxyTransport,
    private readonly log: ProxyLog,
  ) {}

  /** @throws AppError what keeps the call from being made; an upstream that does not answer is answered for */
  async carry(caller: Caller, headers: ProxyHeaders, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const call: ProxiedCall = { caller, headers, method: request.method, attempts: [] };
    try {
      await this.#carry(call, request, reply);
    } catch (error) {
      call.error = error;
      answerFailure(error, request, reply);
    } finally {
      this.log.record(call);
      readAway(request.raw);
    }
  }

  async #carry(call: ProxiedCall, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { caller, headers, attempts } = call;
    const lease = await this.#lease(caller, headers);
    call.lease = lease;
    const body = await incomingBody(request.raw, needsWholeBody(lease));
    const build = (current: ConnectionLease) => this.#build(current, headers, request, body);
    const read = (refused?: ConnectionLease) => this.#lease(caller, headers, refused);
    const response = await this.transport.send(build(lease), {
      signal: goneSignal(reply),
      retries: headers.retries,
      retryOn: headers['retry-on'],
      totalMs: headers['fairlead-timeout'],
      renew: renewal({ lease, read, build, insists: true, onFailed: throwUnlessRefused }),
      onAttempt: (attempt) => attempts.push(attempt),
    });
    await sendOn(response, reply);
  }

  #build(lease: ConnectionLease, headers: ProxyHeaders, { raw, method }: FastifyRequest, body: IncomingBody): OutboundRequest {
    return this.transport.build({
      lease,
      method,
      endpoint: (raw.url ?? '').slice(PREFIX.length),
      headers: forwardedHeaders(raw.headers, hasBody(raw)),
      ...body,
      baseUrlOverride: headers['base-url-override'],
      forwardHeadersOnRedirect: headers['forward-headers-on-redirect'],
      decompress: headers.decompress,
    });
  }

  async #lease(caller: Caller, headers: ProxyHeaders, refused?: ConnectionLease): Promise<ConnectionLease> {
    const { 'provider-config-key': key, 'connection-id': id } = headers;
    const options = refused && { rejected: true, rejectedVersion: refused.credentialsVersion };
    try {
      return await this.connections.lease(caller.environmentId, key, id, options);
    } catch (error) {
      throw error instanceof AppError ? asProxyError(error, key, id) : error;
    }
  }
}

/** Credentials that cannot be renewed are no news to the caller: the upstream's own refusal says as much. */
function throwUnlessRefused(error: unknown): void {
  if (!(error instanceof AppError)) throw error;
}

/** What keeps a connection from being used, as this endpoint says it (spec/auth.md §6.9). */
function asProxyError(error: AppError, key: string, id: string): AppError {
  switch (error.code) {
    case 'unknown_connection':
      return new AppError('server_error', `no connection ${id} of the integration ${key}`, { status: 400, cause: error });
    case 'refresh_token_external_error':
    case 'connection_refresh_exhausted':
      return new AppError('server_error', error.message, { status: error.status, cause: error });
    default:
      return error;
  }
}

/** Fires when the client goes away before its answer has gone out. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Before the answer has begun, the caller is told; afterwards the broken-off connection says it. */
function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (reply.raw.headersSent || reply.raw.destroyed) {
    reply.raw.destroy();
    return;
  }
  if (error instanceof AppError && error.code === 'upstream_unreachable') {
    const { retryRefused, ...told } = error.payload as { code: string; method: string; retryRefused?: RetryRefusal };
    if (retryRefused) void reply.header(RETRY_HEADER, retryHeaderValue(retryRefused));
    void reply.status(error.status).send({ message: error.message, ...told });
    return;
  }
  if (error instanceof AppError && error.code === 'proxy_redirect_to_denied_host') {
    throw new AppError('base_url_override_not_allowed', `the upstream redirects to an address that is refused: ${error.message}`);
  }
  throw error;
}
