import type { ConnectionLease } from '#libs/contracts';
import { messageOf } from '#libs/kernel';
import { type OutboundRequest, renewal, type SendOptions } from '#libs/proxy';
import { governedOptions } from '#libs/rate-limits';
import { fetchArguments, type HttpArguments, httpArguments } from './domain/http-arguments.js';
import { renderBody, renderFetchBody } from './domain/http-body.js';
import { factsOf, HostError, sdkError } from './host-error.js';
import { parsed } from './parsed.js';
import { fetchFor } from './plain-http.js';
import { callError, checkRedirect, fetchError, refusalError, shownConfig } from './http-errors.js';
import type { Operation } from './operation.js';
import type { LeaseOf } from './leases.js';
import type { Received } from './provider-http.js';
import type { RunContext } from './run-context.js';

function requestOf(run: RunContext, args: HttpArguments, lease: ConnectionLease): OutboundRequest {
  const rendered = args.body && renderBody(args.body, args.headers['content-type']);
  return run.services.http.build({
    lease,
    method: args.method,
    endpoint: args.endpoint,
    params: args.params,
    headers: {
      ...(args.decompress ? { 'accept-encoding': 'gzip, deflate, br' } : {}),
      ...args.headers,
      ...(rendered ? { 'content-type': rendered.contentType } : {}),
    },
    body: rendered?.body,
    baseUrlOverride: args.baseUrlOverride ?? undefined,
    forwardHeadersOnRedirect: args.forwardHeadersOnRedirect ?? undefined,
    decompress: args.decompress,
  });
}

async function http(run: RunContext, given: Record<string, unknown>): Promise<object> {
  const args = parsed(httpArguments, given, 'the request');
  const lease = await leaseOf(run, args, (message) => new HostError({ name: 'Error', message, code: 'unknown_provider' }));
  const received = await send(run, args, lease);
  if (received.status >= 300) throw refusalError(received, args);
  run.proxyCalls += 1;
  return { ...headOf(received), ...contentOf(received, args), config: shownConfig(args) };
}

async function send(run: RunContext, args: HttpArguments, lease: ConnectionLease): Promise<Received> {
  try {
    return await run.services.http.send(requestOf(run, args, lease), optionsOf(run, args, lease));
  } catch (error) {
    throw callError(error, args);
  }
}

function optionsOf(run: RunContext, args: HttpArguments, lease: ConnectionLease): SendOptions {
  return {
    signal: run.signal,
    totalMs: run.leftMs,
    retries: args.retries,
    retryOn: args.retryOn ?? undefined,
    retryHeader: args.retryHeader ?? undefined,
    renew: renewal({
      lease,
      read: (refused) => run.leases.of({ ...args, refused }),
      build: (current) => requestOf(run, args, current),
      onFailed: (error) => run.log.say('warn', 'internal', `the credentials were not renewed: ${messageOf(error)}`),
      insists: false,
    }),
    ...governedOptions(run.services.rateLimits.of(run, lease), (attempt) => run.log.attempt(attempt, args.retries)),
  };
}

const headOf = ({ status, statusText, headers }: Received) => ({ status, statusText, headers });

const contentOf = ({ bytes }: Received, { responseType }: HttpArguments) =>
  responseType === 'arraybuffer' ? { bytes: bytes.toString('base64') } : { text: new TextDecoder().decode(bytes) };

async function uncontrolledFetch(run: RunContext, given: Record<string, unknown>): Promise<object> {
  const { url, body, method, headers } = parsed(fetchArguments, given, 'the request');
  const rendered = renderFetchBody(body);
  const type = rendered.contentType === undefined ? {} : { 'content-type': rendered.contentType };
  const request = { method, headers: { ...type, ...headers }, body: rendered.body };
  try {
    const received = await fetchFor(run, new URL(url), request);
    checkRedirect(received, new URL(url));
    return { ...headOf(received), url, bytes: received.bytes.toString('base64') };
  } catch (error) {
    throw fetchError(error);
  }
}

/** How the provider of another connection pages; null where the catalogue does not say. */
async function pagination(run: RunContext, given: Record<string, unknown>): Promise<unknown> {
  const of = parsed(ofConnection, given, 'the request');
  const { provider } = await leaseOf(run, of, (message) => sdkError('unknown_provider_template_in_config', message));
  return (provider['proxy'] as { paginate?: unknown } | undefined)?.paginate ?? null;
}

/** @throws what `unknown` makes of a provider that is not in the catalogue */
async function leaseOf(run: RunContext, of: LeaseOf, unknown: (message: string) => HostError): Promise<ConnectionLease> {
  try {
    return await run.leases.of(of);
  } catch (error) {
    if (factsOf(error).code === 'unknown_provider_template') throw unknown(messageOf(error));
    throw error;
  }
}

const ofConnection = httpArguments.pick({ providerConfigKey: true, connectionId: true });

/** HTTP for functions (spec/functions.md §2.1). */
export const httpOperations: Record<string, Operation> = { http, fetch: uncontrolledFetch, pagination };
