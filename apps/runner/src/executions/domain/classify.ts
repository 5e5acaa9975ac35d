import { z } from 'zod';
import { type FunctionError, MAX_OUTPUT_BYTES } from '#libs/contracts';
import { type ErrorCode, ERRORS } from '#libs/kernel';
import type { StopReason } from '#libs/sandbox';

const text = z.string().optional().catch(undefined);
const textOrNumber = z.union([z.string(), z.number()]).optional().catch(undefined);

/** What the isolate says of an error (prelude `failure.ts`); the author's code can forge it, so a field of a wrong type is left out. */
const failureSchema = z.object({
  kind: z.enum(['action', 'error', 'sdk', 'thrown']),
  name: text,
  message: text,
  code: textOrNumber,
  stack: text,
  payload: z.unknown().optional(),
  http: z
    .object({ response: z.unknown().optional(), isApi: z.boolean().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  /** What is no error. */
  thrown: z.unknown().optional(),
});
export type Failure = Partial<z.output<typeof failureSchema>> & { readonly kind: z.output<typeof failureSchema>['kind'] };

/** @throws SyntaxError or ZodError where an isolate says nothing that could be an error */
export const parseFailure = (json: string): Failure => failureSchema.parse(JSON.parse(json));

interface UpstreamResponse {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly data: unknown;
}

const STOPPED: Record<StopReason, { code: string; status: number }> = {
  timeout: { code: 'execution_timeout', status: 500 },
  'out-of-memory': { code: 'function_runtime_out_of_memory', status: 500 },
  aborted: { code: 'script_aborted', status: 410 },
  'output-too-large': { code: 'script_internal_error', status: 500 },
  stalled: { code: 'script_internal_error', status: 500 },
  flooded: { code: 'script_internal_error', status: 500 },
  crashed: { code: 'function_runtime_other', status: 500 },
};

const INTERNAL = 'An internal error occurred during the script execution';
const MAX_STACK_LINES = 9;

/** Why a run failed, as its caller is told (spec/functions.md §4.3). @param scriptName marks the author's lines in a stack */
export function classifyFailure(failure: Failure, scriptName: string): FunctionError {
  if (failure.kind === 'action') return authorError(failure.payload);
  if (failure.kind === 'thrown') {
    return {
      code: 'script_internal_error',
      status: 500,
      message: INTERNAL,
      payload: { message: JSON.stringify(failure.thrown) ?? 'undefined' },
    };
  }
  if (failure.http) return httpError(failure, scriptName);
  if (failure.kind === 'sdk' && typeof failure.code === 'string') return sdkError(failure.code, failure);
  return { code: 'script_internal_error', status: 500, message: INTERNAL, payload: described(failure, scriptName) };
}

/** Whether a run ended itself at a checkpoint because its time was nearly up (spec/functions.md §4.1). */
export const isInterruption = ({ kind, code }: Failure): boolean => kind === 'sdk' && code === 'execution_interrupted';

/** Why a run was stopped from outside. @param outputBytes its limit: that of the protocol has a code of its own (spec/functions.md §4.2) */
export function classifyStop(reason: StopReason, message: string, outputBytes = 0): FunctionError {
  if (reason === 'output-too-large' && outputBytes >= MAX_OUTPUT_BYTES) {
    return { code: 'script_output_too_large', status: 400, message, payload: {} };
  }
  const { code, status } = STOPPED[reason];
  return code === 'script_internal_error'
    ? { code, status, message: INTERNAL, payload: { name: 'Error', message } }
    : { code, status, message, payload: {} };
}

function authorError(payload: unknown): FunctionError {
  const isObject = typeof payload === 'object' && payload !== null && !Array.isArray(payload);
  return {
    code: 'action_script_runtime_error',
    status: 500,
    message: 'The action script failed with a runtime error',
    payload: payload === undefined ? {} : isObject ? payload : { message: payload },
  };
}

function httpError(failure: Failure, scriptName: string): FunctionError {
  const response = upstreamResponse(failure.http?.response);
  if (!response) {
    const message = 'A network error occurred during an HTTP call';
    return { code: 'script_network_error', status: 500, message, payload: described(failure, scriptName) };
  }
  if (failure.http?.isApi && response.status === 429) return apiRateLimit(failure, response);
  const upstream = { status: response.status, headers: passedOn(response.headers), body: response.data };
  return { code: 'script_http_error', status: 424, payload: payloadOf(response.data), upstream };
}

/** Of this platform's own API, which told the function to slow down. */
function apiRateLimit({ message = '' }: Failure, { status, headers, data }: UpstreamResponse): FunctionError {
  return {
    code: 'script_api_rate_limit_error',
    status: 424,
    message,
    payload: payloadOf(data),
    additional_properties: { upstream_response: { status, headers: passedOn(headers), body: data } },
  };
}

/** What the SDK itself refused; a code the catalogue does not know is told as such (spec/api.md §2.1). */
function sdkError(code: string, { message = '', payload = {} }: Failure): FunctionError {
  if (isErrorCode(code)) return { code, status: ERRORS[code].status, message, payload };
  return { code: `unhandled_${code}`, status: 500, message, payload };
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

function upstreamResponse(response: unknown): UpstreamResponse | undefined {
  if (typeof response !== 'object' || response === null) return undefined;
  const { status, headers, data } = response as Partial<UpstreamResponse>;
  return typeof status === 'number' ? { status, headers: headers ?? {}, data } : undefined;
}

/** Only what tells the caller about format and rate limits. */
const passedOn = (headers: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
      .filter(([name]) => name === 'content-type' || name.startsWith('x-rate')),
  );

function payloadOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return { message: body };
  return (body as { payload?: unknown }).payload ?? body;
}

function described(failure: Failure, scriptName: string): object {
  const stacktrace = authorsLines(failure.stack ?? '', scriptName);
  return {
    name: failure.name ?? 'Error',
    ...(failure.code === undefined ? {} : { code: failure.code }),
    message: failure.message ?? '',
    ...(stacktrace.length > 1 ? { stacktrace } : {}),
  };
}

/** First line, then up to nine lines that are in the author's file. */
function authorsLines(stack: string, scriptName: string): string[] {
  const [first = '', ...rest] = stack.split('\n');
  const own = rest.filter((line) => line.includes(scriptName)).slice(0, MAX_STACK_LINES);
  return [first, ...own.map((line) => line.trim())];
}
