import { getPath, setPath } from './get-path.js';
import { type HttpConfig, type HttpResponse, send } from './http.js';

interface Settings {
  type?: string;
  response_path?: string;
  limit?: number | string;
  limit_name_in_request?: string;
  in_body?: boolean;
  cursor_name_in_request?: string;
  cursor_path_in_response?: string;
  link_rel_in_response_header?: string;
  link_path_in_response_body?: string;
  offset_name_in_request?: string;
  offset_start_value?: number;
  offset_calculation_method?: 'by-response-size' | 'per-page';
  on_page?: (page: { nextPageParam: unknown; response: HttpResponse }) => Promise<void> | void;
}

/** One paged request under way: where paging parameters go, and what it asks next. */
class Pages {
  readonly #inBody: boolean;
  config: HttpConfig & { params?: Record<string, unknown>; data?: Record<string, unknown> };

  constructor(
    config: HttpConfig,
    readonly settings: Settings,
  ) {
    const method = (config.method ?? 'GET').toUpperCase();
    this.#inBody = settings.in_body ?? ['POST', 'PUT', 'PATCH'].includes(method);
    const params = typeof config.params === 'string' ? Object.fromEntries(new URLSearchParams(config.params)) : config.params;
    this.config = { ...config, method, ...(params ? { params } : {}) } as Pages['config'];
    if (settings.limit !== undefined && settings.limit_name_in_request) this.set(settings.limit_name_in_request, settings.limit);
  }

  set(name: string, value: unknown): void {
    if (this.#inBody) setPath((this.config.data ??= {}), name, value);
    else (this.config.params ??= {})[name] = value;
  }

  offset = (value: number): unknown => (this.#inBody ? value : String(value));

  async fetch(): Promise<{ response: HttpResponse; page: unknown[] | undefined }> {
    const response = await send(this.config);
    const { response_path } = this.settings;
    return { response, page: (response_path ? getPath(response.data, response_path) : response.data) as unknown[] | undefined };
  }
}

/** Every page of a listing (spec/functions.md §2.1); provider defaults are overlaid by the call's own settings. */
export async function* paginate(config: HttpConfig, defaults: Settings | undefined): AsyncGenerator<unknown[]> {
  if (!defaults && !config.paginate) throw new Error('pagination is configured neither for this provider nor in this call');
  const settings: Settings = { ...defaults, ...config.paginate };
  if (!settings.type) throw new Error('pagination needs a type: cursor, link or offset');
  const pages = new Pages(config, settings);
  if (settings.type === 'cursor') yield* byCursor(pages);
  else if (settings.type === 'link') yield* byLink(pages);
  else if (settings.type === 'offset') yield* byOffset(pages);
  else throw new Error(`the pagination type ${settings.type} is not supported`);
}

async function* byCursor(pages: Pages): AsyncGenerator<unknown[]> {
  const { cursor_name_in_request: name, cursor_path_in_response: path, limit, limit_name_in_request, on_page } = pages.settings;
  if (!name) throw new Error('cursor pagination needs cursor_name_in_request');
  if (!path) throw new Error('cursor pagination needs cursor_path_in_response');
  if (limit !== undefined && !limit_name_in_request)
    throw new Error('cursor pagination with a limit needs limit_name_in_request');
  for (;;) {
    const { response, page } = await pages.fetch();
    if (!page || page.length === 0) return;
    yield page;
    let cursor = getPath(response.data, path);
    if (typeof cursor === 'string') cursor = cursor.trim();
    const next = (typeof cursor === 'string' && cursor !== '') || typeof cursor === 'number' ? cursor : undefined;
    await on_page?.({ nextPageParam: next, response });
    if (next === undefined) return;
    pages.set(name, next);
  }
}

async function* byLink(pages: Pages): AsyncGenerator<unknown[]> {
  const { link_rel_in_response_header: rel, link_path_in_response_body: path, on_page } = pages.settings;
  if (!rel && !path) throw new Error('link pagination needs link_rel_in_response_header or link_path_in_response_body');
  let previous: unknown;
  for (;;) {
    const { response, page } = await pages.fetch();
    yield page as unknown[];
    const next = rel ? linkOf(response.headers['link'], rel) : getPath(response.data, path ?? '');
    await on_page?.({ nextPageParam: next, response });
    if (typeof next !== 'string' || next === '' || next === previous) return;
    previous = next;
    const { params: _dropped, ...rest } = pages.config;
    pages.config = { ...rest, ...target(next) };
  }
}

const target = (link: string): { endpoint: string; baseUrlOverride?: string } => {
  if (!/^https?:\/\//i.test(link)) return { endpoint: link };
  const url = new URL(link);
  return { baseUrlOverride: url.origin, endpoint: `${url.pathname}${url.search}` };
};

/** The address a Link header gives for a relation (RFC 8288). */
function linkOf(header: string | undefined, rel: string): string | undefined {
  for (const [, address, rest] of (header ?? '').matchAll(/<([^>]*)>([^,<]*)/g)) {
    if (new RegExp(`rel\\s*=\\s*"?[^";]*\\b${rel}\\b`, 'i').test(rest ?? '')) return address;
  }
  return undefined;
}

async function* byOffset(pages: Pages): AsyncGenerator<unknown[]> {
  const { offset_name_in_request: name, offset_calculation_method: method, offset_start_value, limit, on_page } = pages.settings;
  if (!name) throw new Error('offset pagination needs offset_name_in_request');
  let offset = offset_start_value ?? 0;
  for (;;) {
    pages.set(name, pages.offset(offset));
    const { response, page } = await pages.fetch();
    if (!page || page.length === 0) return;
    yield page;
    if (limit !== undefined && page.length < Number(limit)) return;
    offset += method === 'per-page' ? 1 : page.length;
    await on_page?.({ nextPageParam: offset, response });
  }
}
