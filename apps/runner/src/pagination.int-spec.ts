import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Catalogue } from '#libs/providers';
import { startUpstream, type Upstream } from '#libs/testing';
import { failureOf, outputOf, startTestRunner, type TestRunner } from './test-runner.js';

/** `nango.paginate` in real isolates, against a real upstream (spec/functions.md §2.1). */
let runner: TestRunner<Upstream>;
let from = 0;

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
});
afterAll(() => runner.close());
beforeEach(() => {
  from = runner.world.requests.length;
});

/** Runs a listing to its end and answers its pages. */
const collect = (config: string) =>
  `const pages = []; for await (const page of nango.paginate({ endpoint: '/pages', ${config} })) pages.push(page ?? 'none'); return pages`;
const pagesOf = async (config: string, provider?: object) =>
  outputOf(await runner.run(collect(config), provider ? { provider: { proxy: { paginate: provider } } } : {}));
const errorOf = async (config: string, provider?: object) => {
  const error = failureOf(await runner.run(collect(config), provider ? { provider: { proxy: { paginate: provider } } } : {}));
  return (error.payload as { message: string }).message;
};
const asked = (path = '/pages') => runner.world.requests.slice(from).filter((request) => request.path === path);
const queries = (path?: string) => asked(path).map(({ query }) => query);
const bodies = (path?: string) => asked(path).map(({ json }) => json);

const CURSOR = {
  type: 'cursor',
  cursor_name_in_request: 'after',
  cursor_path_in_response: 'meta.next',
  response_path: 'items',
};
const OFFSET = { type: 'offset', offset_name_in_request: 'skip', response_path: 'items' };

describe('by cursor', () => {
  it.each([
    ['text, trimmed', ' c2 ', 'c2'],
    ['a number', 7, '7'],
    ['zero', 0, '0'],
  ])('follows %s', async (_what, next, sent) => {
    runner.world.on('GET', '/pages', ({ query }) => ({
      body: query['after'] === undefined ? { items: [1, 2], meta: { next } } : { items: [3], meta: {} },
    }));
    expect(await pagesOf('', CURSOR)).toEqual([[1, 2], [3]]);
    expect(queries()).toEqual([{}, { after: sent }]);
  });

  it.each([
    ['blank', '  '],
    ['null', null],
    ['an object', { a: 1 }],
    ['a boolean', true],
  ])('ends where the cursor is %s', async (_what, next) => {
    runner.world.on('GET', '/pages', () => ({ body: { items: [1], meta: { next } } }));
    expect(await pagesOf('', CURSOR)).toEqual([[1]]);
    expect(asked()).toHaveLength(1);
  });

  it.each([[[]], [undefined], [null]])('ends at a page that is %j, without it', async (items) => {
    runner.world.on('GET', '/pages', ({ query }) => ({
      body: query['after'] ? { items, meta: { next: 'c3' } } : { items: [1], meta: { next: 'c2' } },
    }));
    expect(await pagesOf('', CURSOR)).toEqual([[1]]);
  });

  it('is sent in the body of a POST, under a dotted name, beside what the author sends', async () => {
    runner.world.on('POST', '/pages', ({ json }) => ({
      body: (json as { page?: { after?: string } }).page?.after ? { items: [2], meta: {} } : { items: [1], meta: { next: 'c2' } },
    }));
    const settings = { ...CURSOR, cursor_name_in_request: 'page.after', limit: 1, limit_name_in_request: 'page.size' };
    expect(await pagesOf(`method: 'POST', data: { filter: 'x' }`, settings)).toEqual([[1], [2]]);
    expect(bodies()).toEqual([
      { filter: 'x', page: { size: 1 } },
      { filter: 'x', page: { size: 1, after: 'c2' } },
    ]);
    expect(queries()).toEqual([{}, {}]);
  });

  it('goes where in_body says, whatever the method', async () => {
    runner.world.on('POST', '/pages', ({ query }) => ({
      body: query['after'] ? { items: [2], meta: {} } : { items: [1], meta: { next: 'c2' } },
    }));
    await pagesOf(`method: 'POST', data: { a: 1 }`, { ...CURSOR, in_body: false });
    expect([queries(), bodies()]).toEqual([
      [{}, { after: 'c2' }],
      [{ a: 1 }, { a: 1 }],
    ]);
    from = runner.world.requests.length;
    runner.world.on('DELETE', '/pages', ({ json }) => ({
      body: (json as { after?: string } | undefined)?.after ? { items: [2], meta: {} } : { items: [1], meta: { next: 'c2' } },
    }));
    expect(await pagesOf(`method: 'DELETE'`, { ...CURSOR, in_body: true })).toEqual([[1], [2]]);
    expect(bodies()).toEqual([undefined, { after: 'c2' }]);
  });

  it('changes the author’s own parameters, given as an object, a text or URLSearchParams', async () => {
    runner.world.on('GET', '/pages', ({ query }) => ({
      body: query['after'] ? { items: [2], meta: {} } : { items: [1], meta: { next: 'c2' } },
    }));
    const own = `const params = { q: 'x' }; for await (const page of nango.paginate({ endpoint: '/pages', params })); return params`;
    expect(outputOf(await runner.run(own, { provider: { proxy: { paginate: CURSOR } } }))).toEqual({ q: 'x', after: 'c2' });
    for (const params of [`'q=x'`, `new URLSearchParams({ q: 'x' })`]) {
      from = runner.world.requests.length;
      await pagesOf(`params: ${params}`, CURSOR);
      expect(queries()).toEqual([{ q: 'x' }, { q: 'x', after: 'c2' }]);
    }
  });

  it('may be part of a form, or of JSON that the author wrote', async () => {
    runner.world.on('POST', '/pages', ({ text }) => ({
      body: text.includes('after') ? { items: [2], meta: {} } : { items: [1], meta: { next: 'c 2' } },
    }));
    await pagesOf(`method: 'POST', data: new URLSearchParams({ q: 'x' })`, CURSOR);
    await pagesOf(`method: 'POST', headers: { 'content-type': 'application/json' }, data: '{"q":"x"}'`, CURSOR);
    expect(asked().map(({ text }) => text)).toEqual(['q=x', 'q=x&after=c+2', '{"q":"x"}', '{"q":"x","after":"c 2"}']);
    expect(await errorOf(`method: 'POST', data: 'q=x'`, CURSOR)).toMatch(/data must be an object/);
  });
});

describe('by link', () => {
  it.each([
    ['</more?p=2>; rel="next"', true],
    ['<https://docs.test>; rel="help", </more?p=2>; rel=next', true],
    ['</more?p=2>; title="a, b; c"; rel="prev next"', true],
    ['</more?p=2>; REL="Next"', true],
    ['</more?p=2>; rel="nextish"', false],
    ['</more?p=2>; title="rel=next"', false],
  ])('in the header %s: %s', async (link, follows) => {
    runner.world.on('GET', '/pages', () => ({ body: [1], headers: { link } }));
    runner.world.on('GET', '/more', () => ({ body: [2] }));
    const pages = await pagesOf('', { type: 'link', link_rel_in_response_header: 'next' });
    expect(pages).toEqual(follows ? [[1], [2]] : [[1]]);
  });

  it('in the body, under a name with dots, drops the parameters and goes to the host it names', async () => {
    const { url } = runner.world;
    const other = url.replace('127.0.0.1', 'localhost');
    runner.world.on('GET', '/pages', () => ({ body: { value: [1], '@odata.nextLink': `${other}/more?$skip=1` } }));
    runner.world.on('GET', '/more', () => ({ body: { value: [2], '@odata.nextLink': '/last?x=1' } }));
    runner.world.on('GET', '/last', () => ({ body: { value: [3] } }));
    const settings = { type: 'link', link_path_in_response_body: '@odata.nextLink', response_path: 'value' };
    expect(await pagesOf(`params: { top: 1 }`, settings)).toEqual([[1], [2], [3]]);
    expect([queries(), queries('/more'), queries('/last')]).toEqual([[{ top: '1' }], [{ $skip: '1' }], [{ x: '1' }]]);
    expect(asked('/more')[0]?.headers['host']).toContain('localhost');
  });

  it('that is a query alone stays where it is', async () => {
    runner.world.on('GET', '/pages', ({ query }) => ({ body: query['p'] ? { n: [2] } : { n: [1], next: '?p=2' } }));
    const settings = { type: 'link', link_path_in_response_body: 'next', response_path: 'n' };
    expect(await pagesOf(`params: { a: 1 }`, settings)).toEqual([[1], [2]]);
    expect(queries()).toEqual([{ a: '1' }, { p: '2' }]);
  });

  it('hands over empty and missing pages, and ends where a link comes twice', async () => {
    let pages = 0;
    runner.world.on('GET', '/pages', () => ({ body: pages++ === 0 ? { next: '/pages' } : { n: [], next: '/pages' } }));
    const settings = { type: 'link', link_path_in_response_body: 'next', response_path: 'n' };
    expect(await pagesOf('', settings)).toEqual(['none', []]);
  });

  it('takes the body along with a POST', async () => {
    runner.world.on('POST', '/pages', () => ({ body: { n: [1], next: '/more' } }));
    runner.world.on('POST', '/more', () => ({ body: { n: [2] } }));
    const settings = { type: 'link', link_path_in_response_body: 'next', response_path: 'n' };
    await pagesOf(`method: 'POST', data: { q: 'x' }`, settings);
    expect(bodies('/more')).toEqual([{ q: 'x' }]);
  });
});

describe('by offset', () => {
  const all = [1, 2, 3, 4, 5];
  const slices = (size: number, start = 0) =>
    runner.world.on('GET', '/pages', ({ query }) => {
      const skip = Number(query['skip']) - start;
      return { body: { items: all.slice(skip, skip + size) } };
    });

  it('counts what came, until nothing comes', async () => {
    slices(2);
    expect(await pagesOf('', OFFSET)).toEqual([[1, 2], [3, 4], [5]]);
    expect(queries().map(({ skip }) => skip)).toEqual(['0', '2', '4', '5']);
  });

  it('ends at a page shorter than the limit', async () => {
    slices(2);
    expect(await pagesOf('', { ...OFFSET, limit: 2, limit_name_in_request: 'top' })).toEqual([[1, 2], [3, 4], [5]]);
    expect(queries()).toEqual([
      { skip: '0', top: '2' },
      { skip: '2', top: '2' },
      { skip: '4', top: '2' },
    ]);
  });

  it('counts pages, from where the provider begins', async () => {
    runner.world.on('GET', '/pages', ({ query }) => {
      const skip = (Number(query['skip']) - 1) * 2;
      return { body: { items: all.slice(skip, skip + 2) } };
    });
    expect(await pagesOf('', { ...OFFSET, offset_start_value: 1, offset_calculation_method: 'per-page' })).toEqual([
      [1, 2],
      [3, 4],
      [5],
    ]);
    expect(queries().map(({ skip }) => skip)).toEqual(['1', '2', '3', '4']);
  });

  it('is a number in a body', async () => {
    runner.world.on('POST', '/pages', ({ json }) => {
      const { skip } = (json as { page: { skip: number } }).page;
      return { body: { items: all.slice(skip, skip + 4) } };
    });
    expect(await pagesOf(`method: 'POST'`, { ...OFFSET, offset_name_in_request: 'page.skip' })).toEqual([[1, 2, 3, 4], [5]]);
    expect(bodies()).toEqual([{ page: { skip: 0 } }, { page: { skip: 4 } }, { page: { skip: 5 } }]);
  });
});

describe('settings', () => {
  it('of the call count before those of the provider, field by field', async () => {
    runner.world.on('GET', '/pages', ({ query }) => ({
      body: query['from'] ? { items: [2], meta: {} } : { items: [1], meta: { next: 'c2' } },
    }));
    const own = `paginate: { cursor_name_in_request: 'from', limit: 9, limit_name_in_request: 'size', response_path: undefined }`;
    expect(await pagesOf(own, CURSOR)).toEqual([[1], [2]]);
    expect(queries()).toEqual([{ size: '9' }, { size: '9', from: 'c2' }]);
  });

  it('without response_path take the whole body', async () => {
    runner.world.on('GET', '/pages', () => ({ body: [1, 2] }));
    expect(await pagesOf('', { type: 'link', link_rel_in_response_header: 'next' })).toEqual([[1, 2]]);
  });

  it.each([
    ['a.b', { a: { b: [1] } }],
    ['a.b', { 'a.b': [1], a: { b: [2] } }],
    ['a[0]["b c"]', { a: [{ 'b c': [1] }] }],
    [`a['b.c'].d[1]`, { a: { 'b.c': { d: [0, [1]] } } }],
    ['[0]', [[1]]],
  ])('find a list at %s', async (path, body) => {
    runner.world.on('GET', '/pages', () => ({ body }));
    const settings = { type: 'link', link_rel_in_response_header: 'next', response_path: path };
    expect(await pagesOf('', settings)).toEqual([[1]]);
  });

  it('of another integration are those of its provider', async () => {
    runner.world.on('GET', '/pages', ({ query }) => ({ body: { items: query['skip'] === '0' ? [1] : [] } }));
    runner.world.on('POST', '/internal/lease', () => ({
      body: {
        connection: { connection_id: 'c2', credentials: { type: 'API_KEY', apiKey: 'k' } },
        provider: { auth_mode: 'API_KEY', proxy: { base_url: runner.world.url, paginate: OFFSET } },
        integration: { uniqueKey: 'erp', provider: 'erp', clientId: null, clientSecret: null, custom: {} },
      },
    }));
    expect(await pagesOf(`providerConfigKey: 'erp', connectionId: 'c2'`, CURSOR)).toEqual([[1]]);
  });

  it('tell of each page once the author has taken it, and not of a last one that is short', async () => {
    runner.world.on('GET', '/pages', ({ query }) => ({ body: { items: query['skip'] === '0' ? [1, 2] : [3] } }));
    const exec = `const told = [];
      const paginate = { limit: 2, limit_name_in_request: 'top', on_page: async ({ nextPageParam, response }) => {
        told.push(['told', nextPageParam, response.status]) } };
      for await (const page of nango.paginate({ endpoint: '/pages', paginate })) told.push(page);
      return told`;
    expect(outputOf(await runner.run(exec, { provider: { proxy: { paginate: OFFSET } } }))).toEqual([
      [1, 2],
      ['told', 2, 200],
      [3],
    ]);
  });

  it.each<[string, string, object | undefined, RegExp]>([
    ['are missing', '', undefined, /configured neither/],
    ['have no type', `paginate: { response_path: 'a' }`, undefined, /needs a type/],
    ['have an unknown type', `paginate: { type: 'keyset' }`, undefined, /keyset is not supported/],
    ['have a type of every object', `paginate: { type: 'constructor' }`, undefined, /not supported/],
    ['name no cursor to send', `paginate: { type: 'cursor', cursor_path_in_response: 'a' }`, undefined, /cursor_name_in_request/],
    ['name no cursor to find', `paginate: { type: 'cursor', cursor_name_in_request: 'a' }`, undefined, /cursor_path_in_response/],
    ['name no limit', `paginate: { limit: 1 }`, CURSOR, /limit_name_in_request/],
    ['name no link', `paginate: { type: 'link' }`, undefined, /link_rel_in_response_header or link_path_in_response_body/],
    ['name no offset', `paginate: { type: 'offset' }`, undefined, /offset_name_in_request/],
  ])('that %s are refused before a request is made', async (_what, config, provider, expected) => {
    expect(await errorOf(config, provider)).toMatch(expected);
    expect(asked()).toEqual([]);
  });

  it('that count what is no list are refused', async () => {
    runner.world.on('GET', '/pages', () => ({ body: { items: { a: 1 } } }));
    expect(await errorOf('', OFFSET)).toMatch(/set response_path/);
  });
});

interface Rules {
  readonly type: string;
  readonly [field: string]: string | number | boolean;
}

const set = (into: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> => {
  const keys = path.includes('@') ? [path] : path.split(/[.[\]]+/).filter(Boolean);
  let target = into;
  for (const key of keys.slice(0, -1)) target = (target[key] ??= {}) as Record<string, unknown>;
  target[keys.at(-1) as string] = value;
  return into;
};

/** Some name no `response_path`, since it differs from listing to listing: their authors do. */
const asUsed = (rules: Rules): Rules =>
  rules['cursor_path_in_response'] || rules['link_path_in_response_body'] ? { response_path: 'items', ...rules } : rules;

/** An API that pages as a provider of the catalogue says it does: one full page, then one item. */
function serve(name: string, rules: Rules): void {
  const path = `/as/${name}`;
  let pages = 0;
  runner.world.on('*', path, () => {
    pages += 1;
    const items = pages === 1 ? Array.from({ length: Number(rules['limit'] ?? 2) }, () => name) : [name];
    const body = rules['response_path'] ? set({}, String(rules['response_path']), items) : items;
    if (pages > 1) return { body };
    const { link_rel_in_response_header: rel } = rules;
    if (typeof rel === 'string') return { body, headers: { link: `<${path}>; rel="${rel}"` } };
    const next = rules['cursor_path_in_response'] ?? rules['link_path_in_response_body'];
    return { body: next === undefined ? body : set(body as Record<string, unknown>, String(next), path) };
  });
}

it('follows every provider of the catalogue as that pages', async () => {
  const rules = Object.fromEntries(
    (await Catalogue.load())
      .all()
      .flatMap(({ name, proxy }) => (proxy?.paginate ? [[name, asUsed(proxy.paginate as Rules)]] : [])),
  );
  const names = Object.keys(rules);
  expect(names.length).toBeGreaterThan(200);
  for (const [name, own] of Object.entries(rules)) serve(name, own);
  const exec = `const failed = {};
    for (const [name, paginate] of Object.entries(input)) {
      try {
        let pages = 0;
        for await (const page of nango.paginate({ endpoint: '/as/' + name, paginate })) {
          pages += 1;
          if (page[0] !== name) throw new Error('page ' + pages + ' is ' + JSON.stringify(page));
          if (pages === 2) break;
        }
        if (pages < 2) failed[name] = pages + ' pages';
      } catch (error) { failed[name] = error.message }
    }
    return failed`;
  expect(outputOf(await runner.run(exec, { input: rules }))).toEqual({});
});
