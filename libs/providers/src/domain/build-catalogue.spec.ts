import { describe, expect, it } from 'vitest';
import { buildCatalogue } from './build-catalogue.js';

const HEAD = 'docs: https://example.com, auth_mode: API_KEY';
const build = (...texts: string[]) => buildCatalogue(texts.map((text, index) => ({ name: `${index}.yaml`, text })));

describe('a catalogue', () => {
  it('holds every entry of its files under its key', () => {
    const { providers, problems } = build(
      `a: { display_name: A, ${HEAD} }\nb: { display_name: B, ${HEAD} }`,
      `{"c": {"display_name":"C","docs":"https://e.com","auth_mode":"NONE"}}`,
    );
    expect([[...providers.keys()], problems]).toEqual([['a', 'b', 'c'], []]);
    expect(providers.get('c')).toEqual({ name: 'c', display_name: 'C', docs: 'https://e.com', auth_mode: 'NONE' });
  });

  it('resolves aliases of aliases, in any order, by a shallow merge', () => {
    const { providers } = build(
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
  });

  it('names what is wrong, leaves that out and keeps the rest', () => {
    const { providers, problems } = build(
      `good: { display_name: Good, ${HEAD} }
circle: { alias: round }
round: { alias: circle }
orphan: { alias: nobody }
misspelt: { display_name: X, ${HEAD}, proxy: { base_ulr: https://x } }
nameless: { ${HEAD} }
Bad_Key: { display_name: X, ${HEAD} }
text: hello`,
      'not: [valid',
      '- a list',
    );
    expect([...providers.keys()]).toEqual(['good']);
    const said = problems.join('\n');
    expect(said).toContain('round: alias: goes round in a circle: circle → round → circle');
    expect(said).toContain('orphan: alias: there is no usable provider nobody');
    expect(said).toContain('misspelt: proxy: Unrecognized key: "base_ulr"');
    expect(said).toMatch(/nameless: display_name/);
    expect(said).toMatch(/Bad_Key: a provider key/);
    expect(said).toMatch(/text: must be a map/);
    expect(said).toMatch(/1\.yaml: /);
    expect(said).toMatch(/2\.yaml: must be a map/);
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
    expect(broken.problems).toHaveLength(1);
  });
});
