import { getPath } from './get-path.js';
import type { HttpConfig, Send } from './http.js';
import { linkOf } from './link-header.js';
import { Pages, type Settings } from './pages.js';

/**
 * Every page of a listing (spec/functions.md §2.1).
 * @param send makes the calls
 * @param defaults of the provider; the call's own settings count before them, field by field
 */
export async function* paginate(send: Send, config: HttpConfig, defaults: Settings | undefined): AsyncGenerator<unknown[]> {
  const settings = overlaid(defaults, config.paginate);
  if (!settings) throw new Error('pagination is configured neither for this provider nor in this call');
  const wanted = settings.type?.toLowerCase();
  if (!wanted) throw new Error('pagination needs a type: cursor, link or offset');
  if (!Object.hasOwn(TYPES, wanted))
    throw new Error(`the pagination type ${settings.type} is not supported: use cursor, link or offset`);
  const { check, follow } = TYPES[wanted as keyof typeof TYPES];
  check(settings);
  yield* follow(new Pages(send, config, settings));
}

function overlaid(defaults: Settings | undefined, own: object | undefined): Settings | undefined {
  if (!own) return defaults;
  return { ...defaults, ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) };
}

const TYPES = {
  cursor: { check: checkCursor, follow: byCursor },
  link: { check: checkLink, follow: byLink },
  offset: { check: checkOffset, follow: byOffset },
};

function needs(type: string, settings: Settings, field: keyof Settings): void {
  if (!settings[field]) throw new Error(`${type} pagination needs ${field}`);
}

function checkCursor(settings: Settings): void {
  needs('cursor', settings, 'cursor_name_in_request');
  needs('cursor', settings, 'cursor_path_in_response');
  if (settings.limit !== undefined) needs('cursor', settings, 'limit_name_in_request');
}

function checkLink({ link_rel_in_response_header: rel, link_path_in_response_body: path }: Settings): void {
  if (!rel && !path) throw new Error('link pagination needs link_rel_in_response_header or link_path_in_response_body');
}

function checkOffset(settings: Settings): void {
  needs('offset', settings, 'offset_name_in_request');
}

async function* byCursor(pages: Pages): AsyncGenerator<unknown[]> {
  const { cursor_name_in_request: name = '', cursor_path_in_response: path = '', on_page } = pages.settings;
  for (;;) {
    const { response, items } = await pages.fetch();
    if (isEmpty(items)) return;
    yield items as unknown[];
    const next = cursorOf(getPath(response.data, path));
    await on_page?.({ nextPageParam: next, response });
    if (next === undefined) return;
    pages.set(name, next);
  }
}

/** Blank text is no cursor; 0 is one. */
function cursorOf(found: unknown): string | number | undefined {
  if (typeof found === 'number') return found;
  return typeof found === 'string' ? found.trim() || undefined : undefined;
}

async function* byLink(pages: Pages): AsyncGenerator<unknown[]> {
  const { link_rel_in_response_header: rel, link_path_in_response_body: path, on_page } = pages.settings;
  for (let previous: unknown; ;) {
    const { response, items } = await pages.fetch();
    yield items as unknown[];
    const next = (rel && linkOf(response.headers['link'], rel)) || (path ? getPath(response.data, path) : undefined);
    await on_page?.({ nextPageParam: next, response });
    if (typeof next !== 'string' || next === '' || next === previous) return;
    previous = next;
    pages.follow(next);
  }
}

async function* byOffset(pages: Pages): AsyncGenerator<unknown[]> {
  const { offset_name_in_request: name = '', offset_calculation_method: method, limit, on_page } = pages.settings;
  let offset = Number(pages.settings.offset_start_value ?? 0);
  for (;;) {
    pages.set(name, pages.offset(offset));
    const { response, items } = await pages.fetch();
    if (isEmpty(items)) return;
    yield items as unknown[];
    const { length } = items as { length?: unknown };
    if (limit !== undefined && typeof length === 'number' && length < Number(limit)) return;
    if (method !== 'per-page' && typeof length !== 'number')
      throw new Error('offset pagination counts what came, but the answer is no list: set response_path to where the list is');
    offset += method === 'per-page' ? 1 : (length as number);
    await on_page?.({ nextPageParam: offset, response });
  }
}

const isEmpty = (items: unknown): boolean => !items || (items as { length?: unknown }).length === 0;
