import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { ConnectionLease } from '#libs/contracts';
import { AppError, messageOf, toErrorBody } from '#libs/kernel';
import type { OutboundRequest, SendOptions } from '#libs/proxy';
import { describedBody, renderBody } from './domain/http-body.js';
import { httpMessage, waitMessage } from './domain/http-message.js';
import { HostError } from './host-error.js';
import type { Operation } from './operation.js';
import type { Received } from './provider-http.js';
import type { RunContext } from './run-context.js';

const names = z.union([z.string(), z.array(z.string())]);

/** A header as authors write it: any value, and none where it is null or undefined. */
const headers = z.record(z.string(), z.unknown()).transform((given) =>
  Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name.toLowerCase(), [value].flat().map(String).join(', ')]),
  ),
);

const method = z
  .string()
  .regex(/^[a-z]{1,16}$/i)
  .transform((text) => text.toUpperCase());

/** A request that comes out of an isolate (prelude `sdk/http.ts`). */
const httpArgs = z.object({
  endpoint: z.string(),
  method,
  params: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  headers: headers.default({}),
  body: describedBody.optional(),
  retries: z.number().int().min(0).catch(0),
  retryOn: z.array(z.number().int()).nullish(),
  retryHeader: z.object({ at: names.optional(), after: names.optional() }).nullish(),
  baseUrlOverride: z.string().nullish(),
  decompress: z.boolean().optional(),
  responseType: z.string().optional(),
  forwardHeadersOnRedirect: z.boolean().optional(),
  connectionId: z.string().optional(),
  providerConfigKey: z.string().optional(),
});
type HttpArgs = z.output<typeof httpArgs>;

const fetchArgs = z.object({ url: z.url(), method, headers: headers.default({}), body: z.string().optional() });

const BINARY = new Set(['arraybuffer', 'blob', 'stream']);
const UNAUTHORIZED = 401;

function requestOf(run: RunContext, args: HttpArgs, lease: ConnectionLease): OutboundRequest {
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

/** Another attempt uses the credentials of its own moment; after a 401 only if they are others than before. */
function renewal(run: RunContext, args: HttpArgs, first: ConnectionLease): NonNullable<SendOptions['renew']> {
  let used = first;
  return async ({ status }) => {
    const lease = await run.leases.of({ ...args, rejected: status === UNAUTHORIZED });
    const isSame = JSON.stringify(lease.connection['credentials']) === JSON.stringify(used.connection['credentials']);
    used = lease;
    return status === UNAUTHORIZED && isSame ? null : requestOf(run, args, lease);
  };
}

async function http(run: RunContext, given: Record<string, unknown>): Promise<object> {
  const args = parsed(httpArgs, given);
  const lease = await run.leases.of(args);
  const config = { method: args.method.toLowerCase(), url: args.endpoint };
  const governed = run.services.rateLimits.of(run, lease);
  const received = await attempt(config, () =>
    run.services.http.send(requestOf(run, args, lease), {
      signal: run.signal,
      retries: args.retries,
      retryOn: args.retryOn ?? undefined,
      retryHeader: args.retryHeader ?? undefined,
      renew: renewal(run, args, lease),
      admit: governed && ((request) => governed.admit(request)),
      onBodyWait: governed && ((request, waitMs) => governed.learnWait(request, waitMs)),
      onAttempt: (one) => {
        governed?.learn(one);
        run.log.add(httpMessage(one, args.retries));
        if (one.retryInMs !== undefined) run.log.say('warn', 'internal', waitMessage(one));
      },
    }),
  );
  if (received.status >= 300) throw refusal(received, config, args);
  run.proxyCalls += 1;
  return { ...headOf(received), ...contentOf(received, args) };
}

const headOf = ({ status, statusText, headers: given }: Received) => ({ status, statusText, headers: given });

const textOf = (bytes: Buffer): string => new TextDecoder().decode(bytes);

const contentOf = ({ bytes }: Received, { responseType = '' }: HttpArgs) =>
  BINARY.has(responseType) ? { bytes: bytes.toString('base64') } : { text: textOf(bytes) };

/** No answer is told as axios tells it; what is wrong with the call itself keeps its own code (spec/functions.md §2.1). */
async function attempt<Value>(config: object, send: () => Promise<Value>): Promise<Value> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof AppError && error.code === 'rate_limited') throw rateLimitRefusal(error, config);
    if (!(error instanceof AppError) || error.code !== 'upstream_unreachable') throw error;
    const { code } = error.payload as { code: string };
    throw new HostError({ name: 'AxiosError', message: error.message || code, code, http: { config } });
  }
}

/** As if the provider had answered so: code that heeds its 429 heeds this one. */
const rateLimitRefusal = (error: AppError, config: object): HostError =>
  new HostError({
    name: 'AxiosError',
    message: error.message,
    code: 'ERR_BAD_REQUEST',
    http: {
      status: error.status,
      response: {
        status: error.status,
        statusText: STATUS_CODES[error.status],
        headers: { 'retry-after': String(Math.ceil((error.retryAfterMs ?? 0) / 1000)) },
        data: { error: toErrorBody(error) },
      },
      config,
    },
  });

function refusal(received: Received, config: object, { responseType = '' }: HttpArgs): HostError {
  const { status } = received;
  const text = textOf(received.bytes);
  return new HostError({
    name: 'AxiosError',
    message: `Request failed with status code ${status}`,
    code: status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST',
    http: { status, response: { ...headOf(received), data: responseType === 'text' ? text : jsonOrText(text) }, config },
  });
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new HostError({ name: 'Error', message: `the request is not valid: ${issue?.path.join('.')} ${issue?.message}` });
}

/** Refusals of the outbound policy are told to authors as their own kind of error. */
const FETCH_REFUSALS: Readonly<Record<string, string>> = {
  base_url_override_not_allowed: 'url_not_allowed',
  proxy_redirect_to_denied_host: 'url_not_allowed',
};

async function uncontrolledFetch(run: RunContext, given: Record<string, unknown>): Promise<object> {
  const { url, ...request } = parsed(fetchArgs, given);
  try {
    const received = await run.services.http.fetch(new URL(url), { ...request, body: request.body }, run.signal);
    return { ...headOf(received), url, bytes: received.bytes.toString('base64') };
  } catch (error) {
    throw fetchError(error);
  }
}

function fetchError(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const network = (error.payload as { code?: string } | undefined)?.code;
  const code = network === 'ERR_FR_TOO_MANY_REDIRECTS' ? 'too_many_redirects' : FETCH_REFUSALS[error.code];
  if (code) return new HostError({ name: 'ActionError', message: '', payload: { code, message: messageOf(error) } });
  return new HostError({ name: 'TypeError', message: 'fetch failed', code: network });
}

/** HTTP for functions (spec/functions.md §2.1). */
export const httpOperations: Record<string, Operation> = { http, fetch: uncontrolledFetch };
