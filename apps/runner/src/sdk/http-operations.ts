import type { z } from 'zod';
import type { ConnectionLease } from '#libs/contracts';
import { messageOf } from '#libs/kernel';
import { type OutboundRequest, renewal, type SendOptions } from '#libs/proxy';
import { governedOptions } from '#libs/rate-limits';
import { fetchArguments, type HttpArguments, httpArguments } from './domain/http-arguments.js';
import { renderBody } from './domain/http-body.js';
import { HostError } from './host-error.js';
import { callError, fetchError, refusalError } from './http-errors.js';
import type { Operation } from './operation.js';
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
      ...(args.decompress === false ? {} : { 'accept-encoding': 'gzip, deflate, br' }),
      ...args.headers,
      ...(rendered ? { 'content-type': rendered.contentType } : {}),
    },
    body: rendered?.body,
    baseUrlOverride: args.baseUrlOverride ?? undefined,
    forwardHeadersOnRedirect: args.forwardHeadersOnRedirect,
    decompress: args.decompress ?? true,
  });
}

async function http(run: RunContext, given: Record<string, unknown>): Promise<object> {
  const args = parsed(httpArguments, given);
  const lease = await run.leases.of(args);
  const received = await send(run, args, lease);
  if (received.status >= 300) throw refusalError(received, args);
  run.proxyCalls += 1;
  return { ...headOf(received), ...contentOf(received, args) };
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

function parsed<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new HostError({ name: 'Error', message: `the request is not valid: ${issue?.path.join('.')} ${issue?.message}` });
}

async function uncontrolledFetch(run: RunContext, given: Record<string, unknown>): Promise<object> {
  const { url, ...request } = parsed(fetchArguments, given);
  const limits = { signal: run.signal, totalMs: run.leftMs };
  try {
    const { outboundPolicy } = await run.leases.of();
    const received = await run.services.http.fetch(new URL(url), { ...request, body: request.body, outboundPolicy }, limits);
    return { ...headOf(received), url, bytes: received.bytes.toString('base64') };
  } catch (error) {
    throw fetchError(error);
  }
}

/** How the provider of another connection pages; null where the catalogue does not say. */
async function pagination(run: RunContext, given: Record<string, unknown>): Promise<unknown> {
  const { provider } = await run.leases.of(parsed(ofConnection, given));
  return (provider['proxy'] as { paginate?: unknown } | undefined)?.paginate ?? null;
}

const ofConnection = httpArguments.pick({ providerConfigKey: true, connectionId: true });

/** HTTP for functions (spec/functions.md §2.1). */
export const httpOperations: Record<string, Operation> = { http, fetch: uncontrolledFetch, pagination };
