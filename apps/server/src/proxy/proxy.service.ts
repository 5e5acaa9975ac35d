import { Inject, Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '#libs/accounts';
import type { ConnectionLease } from '#libs/contracts';
import { Connections } from '#libs/credentials';
import { AppError } from '#libs/kernel';
import { type EndSignal, needsWholeBody, type OutboundRequest, ProxyTransport, renewal } from '#libs/proxy';
import { type GovernedCall, governedOptions, Governor } from '#libs/rate-limits';
import { ClientGone } from '../client-gone.js';
import { forwardedHeaders } from './forwarded-headers.js';
import { hasBody, type IncomingBody, incomingBody, readAway } from './incoming-body.js';
import { type ProxiedCall, ProxyLog } from './proxy-log.js';
import { PROXY_OPTIONS, type ProxyOptions } from './proxy.options.js';
import type { Steering } from './steering.js';
import { sendOn } from './upstream-reply.js';

const PREFIX = '/proxy';

/** One request and its answer. */
export interface Exchange {
  /** Names the request in answers and logs. */
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Carries a call to a provider with the credentials of a connection, and its answer back (spec/api.md §3.10). */
@Injectable()
export class Proxy {
  constructor(
    private readonly connections: Connections,
    private readonly transport: ProxyTransport,
    private readonly log: ProxyLog,
    private readonly governor: Governor,
    @Inject(PROXY_OPTIONS) private readonly options: ProxyOptions,
  ) {}

  /** @throws AppError what kept the call from being made, or its answer from the client; `upstream_unreachable` where none came */
  async carry(caller: Caller, steering: Steering, exchange: Exchange): Promise<void> {
    const call: ProxiedCall = { caller, steering, method: exchange.request.method ?? '', startedAt: new Date(), attempts: [] };
    try {
      await this.#carry(call, exchange);
    } catch (error) {
      call.error = asProxyError(error, steering);
      throw call.error;
    } finally {
      this.log.record(call);
      readAway(exchange.request);
    }
  }

  async #carry(call: ProxiedCall, { id, request, response }: Exchange): Promise<void> {
    const { caller, steering, attempts } = call;
    const lease = this.#knownLease(caller, steering) ?? (await this.#lease(caller, steering));
    call.lease = lease;
    const body = hasBody(request) ? await incomingBody(request, needsWholeBody(lease)) : NO_BODY;
    const build = (current: ConnectionLease) => this.#build(current, steering, request, body);
    const read = (refused?: ConnectionLease) => this.#lease(caller, steering, refused);
    const signal = new ClientGone(response);
    const answer = await this.transport.send(build(lease), {
      signal,
      retries: steering.retries,
      retryOn: steering['retry-on'],
      totalMs: steering['fairlead-timeout'],
      renew: renewal({ lease, read, build, insists: true, onFailed: throwUnlessRefused }),
      ...governedOptions(this.#govern(call, lease, request, signal), (attempt) => void attempts.push(attempt)),
    });
    await sendOn(answer, response, this.options.allResponseHeaders, id);
  }

  /** Calls of one API key take turns with those of others, and with functions. */
  #govern(
    { caller, steering }: ProxiedCall,
    lease: ConnectionLease,
    request: IncomingMessage,
    signal: EndSignal,
  ): GovernedCall<undefined> | undefined {
    return this.governor.of({
      environmentId: caller.environmentId,
      lease,
      caller: () => callerOf(request.headers.authorization),
      mode: steering['fairlead-rate-limit'],
      maxWaitMs: steering['fairlead-max-wait'],
      signal,
      via: undefined,
    });
  }

  #build(lease: ConnectionLease, steering: Steering, request: IncomingMessage, body: IncomingBody): OutboundRequest {
    return this.transport.build({
      lease,
      method: request.method ?? '',
      endpoint: (request.url ?? '').slice(PREFIX.length),
      headers: forwardedHeaders(request.headers, hasBody(request)),
      body: body.body,
      bodyLength: body.bodyLength,
      baseUrlOverride: steering['base-url-override'],
      forwardHeadersOnRedirect: steering['forward-headers-on-redirect'],
      decompress: steering.decompress,
    });
  }

  #knownLease({ environmentId }: Caller, steering: Steering): ConnectionLease | undefined {
    return this.connections.knownLease(environmentId, steering['provider-config-key'], steering['connection-id']);
  }

  #lease({ environmentId }: Caller, steering: Steering, refused?: ConnectionLease): Promise<ConnectionLease> {
    const options = refused && { rejected: true, rejectedVersion: refused.credentialsVersion };
    return this.connections.lease(environmentId, steering['provider-config-key'], steering['connection-id'], options);
  }
}

/** Tells API keys apart without telling them. */
const callerOf = (authorization = ''): string => `proxy:${hash('sha256', authorization, 'base64url').slice(0, 12)}`;

const NO_BODY: IncomingBody = { body: undefined, bodyLength: undefined };

/** Credentials that cannot be renewed are no news to the caller: the upstream's own refusal says as much. */
function throwUnlessRefused(error: unknown): void {
  if (!(error instanceof AppError) || error.fault === 'us') throw error;
}

/** What keeps a call from being made, as this endpoint says it (spec/auth.md §6.9). */
function asProxyError(error: unknown, { 'provider-config-key': key, 'connection-id': id }: Steering): unknown {
  if (!(error instanceof AppError)) return error;
  switch (error.code) {
    case 'unknown_connection':
      return new AppError('server_error', `no connection ${id} of the integration ${key}`, { status: 400, cause: error });
    case 'refresh_token_external_error':
    case 'connection_refresh_exhausted':
      return new AppError('server_error', error.message, { status: error.status, cause: error });
    case 'proxy_redirect_to_denied_host':
      return new AppError(
        'base_url_override_not_allowed',
        `the upstream redirects to an address that is refused: ${error.message}`,
      );
    default:
      return error;
  }
}
