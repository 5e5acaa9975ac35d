import { getPath, setPath } from './get-path.js';
import type { HttpConfig, HttpResponse, Send } from './http.js';

/** How a listing is paged: the provider's way, with what a call says besides (spec/functions.md §2.1). */
export interface Settings {
  readonly type?: string;
  readonly response_path?: string;
  readonly limit?: number | string;
  readonly limit_name_in_request?: string;
  readonly in_body?: boolean;
  readonly cursor_name_in_request?: string;
  readonly cursor_path_in_response?: string;
  readonly link_rel_in_response_header?: string;
  readonly link_path_in_response_body?: string;
  readonly offset_name_in_request?: string;
  readonly offset_start_value?: number | string;
  readonly offset_calculation_method?: string;
  readonly on_page?: (page: { nextPageParam: unknown; response: HttpResponse }) => Promise<void> | void;
}

export interface Page {
  readonly response: HttpResponse;
  /** What lies at `response_path`: a list, unless the settings or the provider are wrong. */
  readonly items: unknown;
}

type Fields = Record<string, unknown>;

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);
const ABSOLUTE = /^https?:\/\//i;

/** One paged request under way: where its paging parameters go, and what it asks for next. */
export class Pages {
  readonly #fields: Fields | URLSearchParams;
  readonly #inBody: boolean;
  #config: HttpConfig;
  /** Whether the fields are sent: an author who gave none gets no empty body. */
  #sendsFields: boolean;

  constructor(
    private readonly send: Send,
    config: HttpConfig,
    readonly settings: Settings,
  ) {
    const method = (config.method ?? 'GET').toUpperCase();
    this.#inBody = settings.in_body ?? METHODS_WITH_BODY.has(method);
    const given = this.#inBody ? config.data : config.params;
    this.#sendsFields = given !== undefined && given !== null;
    this.#fields = this.#inBody ? fieldsOfBody(config.data) : fieldsOfQuery(config.params);
    this.#config = { ...config, method };
    const { limit, limit_name_in_request: name } = settings;
    if (limit !== undefined && name) this.set(name, limit);
  }

  /** Sets a paging parameter: of the query, or of the body, where dots lead into nested objects. The author's own object has it too. */
  set(name: string, value: unknown): void {
    this.#sendsFields = true;
    if (this.#fields instanceof URLSearchParams) this.#fields.set(name, String(value));
    else if (this.#inBody) setPath(this.#fields, name, value);
    else this.#fields[name] = value;
  }

  /** An offset as it is sent: text in a query, a number in a body. */
  offset = (value: number): unknown => (this.#inBody ? value : String(value));

  /** Goes on where a link leads: elsewhere where it names a host. The parameters are in the link. */
  follow(link: string): void {
    const { params: _inTheLink, ...rest } = this.#config;
    this.#sendsFields &&= this.#inBody;
    if (ABSOLUTE.test(link)) {
      const { origin, pathname, search } = new URL(link);
      this.#config = { ...rest, baseUrlOverride: origin, endpoint: pathname + search };
    } else {
      const [path = ''] = rest.endpoint.split('?', 1);
      this.#config = { ...rest, endpoint: link.startsWith('?') ? path + link : link };
    }
  }

  async fetch(): Promise<Page> {
    const fields = this.#sendsFields ? { [this.#inBody ? 'data' : 'params']: this.#fields } : {};
    const response = await this.send({ ...this.#config, ...fields });
    const { response_path: path } = this.settings;
    return { response, items: path ? getPath(response.data, path) : response.data };
  }
}

function fieldsOfQuery(params: HttpConfig['params']): Fields {
  if (typeof params === 'string') return Object.fromEntries(new URLSearchParams(params));
  return params instanceof URLSearchParams ? Object.fromEntries(params as unknown as Iterable<[string, string]>) : (params ?? {});
}

/** A body that paging parameters can be put into. */
function fieldsOfBody(data: unknown): Fields | URLSearchParams {
  if (data === undefined || data === null) return {};
  const given = typeof data === 'string' ? parsed(data) : data;
  if (typeof given === 'object' && given !== null && !Array.isArray(given) && !ArrayBuffer.isView(given)) return given as Fields;
  throw new Error('pagination puts its parameters into the body, so data must be an object; set in_body: false for the query');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
