import { describe, expect, it } from 'vitest';
import { buildCatalogue } from './build-catalogue.js';
import { parseCatalogueFile } from './catalogue-file.js';

const HEAD = 'docs: https://example.com, auth_mode: API_KEY';
const build = (...texts: string[]) => buildCatalogue(texts.map((text, index) => parseCatalogueFile(`${index}.yaml`, text)));

describe('a catalogue', () => {
  it('holds every entry of its files under its key', () => {
    const { providers, problems } = buildCatalogue([
      parseCatalogueFile('a.yaml', `a: { display_name: A, ${HEAD} }\nb: { display_name: B, ${HEAD} }`),
      parseCatalogueFile('c.json', `{"c": {"display_name":"C","docs":"https://e.com","auth_mode":"NONE"}}`),
    ]);
    expect([[...providers.keys()], problems]).toEqual([['a', 'b', 'c'], []]);
    expect(providers.get('c')).toEqual({ name: 'c', display_name: 'C', docs: 'https://e.com', auth_mode: 'NONE' });
  });

  it('resolves aliases of aliases, in any order, by a shallow merge', () => {
    const { providers, sources } = build(
      `child: { alias: parent, display_name: Child, webhook_routing_script: '' }
parent: { alias: root, display_name: Parent, proxy: { query: { a: b } } }
root: { display_name: Root, ${HEAD}, webhook_routing_script: x, proxy: { base_url: https://root.example.com } }`,
    );
    expect(providers.get('child')).toMatchObject({
      display_name: 'Child',
      webhook_routing_script: '',
      proxy: { query: { a: 'b' } },
    });
    expect(providers.get('child')?.proxy?.base_url).toBeUndefined();
    expect(providers.get('child')).not.toHaveProperty('alias');
    expect(sources.get('child')).toEqual({ file: '0.yaml', isAlias: true });
    expect(sources.get('root')).toEqual({ file: '0.yaml', isAlias: false });
  });

  it('names what is wrong, leaves that out and keeps the rest', () => {
    const { providers, problems } = build(
      `good: { display_name: Good, ${HEAD} }
circle: { alias: round }
round: { alias: circle }
self: { alias: self }
orphan: { alias: nobody }
misspelt: { display_name: X, ${HEAD}, proxy: { base_ulr: https://x } }
nameless: { ${HEAD} }
Bad_Key: { display_name: X, ${HEAD} }
text: hello
old: { display_name: X, docs: https://e.com, auth_mode: APP_STORE }
older: { display_name: X, docs: https://e.com, auth_mode: TABLEAU }
odd: { display_name: X, docs: https://e.com, auth_mode: MAGIC }
digits: { display_name: X, ${HEAD}, connection_config: { r2d2: { type: string, title: T, description: D } } }
regex: { display_name: X, ${HEAD}, credentials: { apiKey: { type: string, title: T, description: D, pattern: '(' } } }`,
      'not: [valid',
      '- a list',
    );
    expect([...providers.keys()]).toEqual(['good']);
    const said = problems.join('\n');
    for (const sentence of [
      'round: alias: goes round in a circle: circle → round → circle',
      'self: alias: goes round in a circle: self → self',
      'orphan: alias: there is no usable provider nobody: add or correct that entry',
      'misspelt: proxy.base_ulr: there is no such field: correct its name or remove it',
      'nameless: display_name: is required: add it',
      'Bad_Key: a provider key',
      'text: must be a map',
      'old: auth_mode: APP_STORE is dead: no connection can be made with it. Use JWT',
      'older: auth_mode: TABLEAU is dead: no connection can be made with it. Use TWO_STEP',
      'odd: auth_mode: Invalid option: expected one of "OAUTH1"|',
      'digits: connection_config.r2d2: a name of a setting holds letters and _ . - only',
      'regex: credentials.apiKey.pattern: must be a regular expression',
      '1.yaml: ',
      '2.yaml: must be a map',
    ]) {
      expect(said).toContain(sentence);
    }
  });

  it.each([
    [
      'proxy: { base_url: "https://${connectionConfig.host.com" }',
      'proxy.base_url: ${connectionConfig.host.com is never closed: add }',
    ],
    ['proxy: { base_url: "https://{host}.com" }', 'proxy.base_url: {host} lacks its $: write ${host}'],
    ['proxy: { headers: { authorization: "Bearer {apiKey}" } }', 'proxy.headers.authorization: {apiKey} lacks its $'],
    ['proxy: { query: { sig: "${md5(${apiKey})}" } }', 'proxy.query.sig: there is no function md5: use one of base64, '],
    ['proxy: { body: { a: { b: "${hmacSha1Hex(x)}" } } }', 'proxy.body.a.b: hmacSha1Hex takes'],
    [
      'additional_steps: [{ token_url: https://e.com, token_params: { a: "${step1.a b}" } }]',
      'additional_steps.0.token_params.a: ${step1.a b} is no name',
    ],
    ['token: { payload: { exp: "${now+1:fortnight:X}" } }', 'token.payload.exp: there is no unit of time fortnight'],
    ['token_headers: { x: "${}" }', 'token_headers.x: ${} is no name of a value'],
  ])('refuses %s', (fields, problem) => {
    const { providers, problems } = build(`a: { display_name: A, ${HEAD}, ${fields} }\nb: { display_name: B, ${HEAD} }`);
    expect([...providers.keys()]).toEqual(['b']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`0.yaml: a: ${problem}`);
  });

  it('leaves the braces of JSON and GraphQL alone', () => {
    const { problems } = build(
      `a:
  display_name: A
  docs: https://e.com
  auth_mode: API_KEY
  proxy:
    headers: { x-arg: '{"path": "\${connectionConfig.path}"}' }
    verification: { method: POST, endpoints: [/graphql], data: { query: '{me{id}}' } }`,
    );
    expect(problems).toEqual([]);
  });

  it('lets a later file replace an entry, also as a parent, but not by a wrong one', () => {
    const base = `a: { display_name: A, ${HEAD} }\nb: { alias: a, display_name: B }`;
    expect(
      build(base, `a: { display_name: Mine, docs: https://mine.example.com, auth_mode: BASIC }`).providers.get('b'),
    ).toMatchObject({
      display_name: 'B',
      auth_mode: 'BASIC',
    });
    const broken = build(base, 'a: { display_name: 1 }');
    expect(broken.providers.get('a')?.display_name).toBe('A');
    expect(broken.problems.every((problem) => problem.startsWith('1.yaml: a: '))).toBe(true);
    expect(broken.problems).not.toEqual([]);
  });

  it('can be changed by nobody', () => {
    const entry = build(`a: { display_name: A, ${HEAD}, proxy: { headers: { x: y } } }`).providers.get('a')!;
    expect(() => Object.assign(entry.proxy!.headers!, { x: 'z' })).toThrow(TypeError);
  });
});
