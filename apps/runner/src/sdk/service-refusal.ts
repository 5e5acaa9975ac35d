import { STATUS_CODES } from 'node:http';
import { jsonOrText } from './domain/json-or-text.js';
import { HostError, type HostErrorFacts } from './host-error.js';

/** What one of our services answered. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** What one of our services refused, with its own code and message. */
export class ServiceRefusal extends HostError {
  constructor(
    readonly service: string,
    private readonly call: { readonly method: string; readonly path: string },
    private readonly answer: ServiceAnswer,
  ) {
    super(factsOf(service, answer));
  }

  get status(): number {
    return this.answer.status;
  }

  /** As a function sees the refusal of an API it calls: an error of axios (spec/functions.md §2.3). */
  asApiError(): HostErrorFacts {
    const { status, headers, text } = this.answer;
    const config = { method: this.call.method.toLowerCase(), url: this.call.path.replace(/^\/internal/, '') };
    return {
      name: 'AxiosError',
      message: `Request failed with status code ${status}`,
      code: status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST',
      http: {
        status,
        response: { status, statusText: STATUS_CODES[status] ?? '', headers: shown(headers), data: jsonOrText(text) },
        config,
        isApi: true,
      },
    };
  }
}

function factsOf(service: string, { status, text }: ServiceAnswer): HostErrorFacts {
  const body = jsonOrText(text) as { error?: { code?: unknown; message?: unknown; payload?: unknown } } | null;
  const error = typeof body === 'object' ? body?.error : undefined;
  if (typeof error?.code !== 'string') {
    return { name: 'Error', message: `the ${service} service answered ${status}`, code: 'server_error' };
  }
  const { code, message, payload } = error;
  return { name: 'Error', message: typeof message === 'string' ? message : code, code, payload };
}

const shown = (headers: ServiceAnswer['headers']): object =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /^(content-type|retry-after|x-rate.*)$/.test(name)));
