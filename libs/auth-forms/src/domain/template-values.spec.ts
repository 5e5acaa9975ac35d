import { describe, expect, it } from 'vitest';
import { asTexts, filled, filledText, scopeOf, textAt } from './template-values.js';

const scope = scopeOf(
  {
    credentials: { user: 'ada', empty: '', pair: { id: 'i' } },
    connectionConfig: { host: 'h', empty: '', 'team.id': 't' },
    assertionOption: { who: 'w', empty: '' },
    token: 'jwt',
    refresh_token: 'rt',
    steps: [{ a: { b: 1 } }, { session: { '#text': 's', $id: 'x' } }],
  },
  new Date(0),
  'random',
);

describe('templates of tokens', () => {
  it.each([
    ['${credentials.user}:${credentials.pair.id}', 'ada:i'],
    ['${credentials.empty}', ''],
    ['${connectionConfig.host}/${connectionConfig.team.id}', 'h/t'],
    ['${connectionConfig.empty} || base', 'base'],
    ['${assertionOption.empty} || ${assertionOption.who}', 'w'],
    ['${token}${refresh_token}', 'jwtrt'],
    ['${step1.a.b}-${step2.session}-${step2.session.$id}', '1-s-x'],
  ])('know of %s', (template, expected) => {
    expect(filledText(template, scope)).toBe(expected);
  });

  it.each(['${credentials.nobody}', '${assertion}', '${step3.a}', '${step1.a}', '${connectionConfig.empty}', '${user}'])(
    'know nothing of %s',
    (template) => {
      const missing: string[] = [];
      expect(filledText(template, scope, missing)).toBeUndefined();
      expect(missing).toEqual([template.slice(2, -1)]);
    },
  );

  it('are filled at every depth, and left out where they cannot be', () => {
    const missing: string[] = [];
    const values = {
      a: '${credentials.user}',
      b: { c: '${credentials.nobody}', d: ['${token}', '${step9.x}', 5], e: null },
      f: true,
    };
    expect(filled(values, scope, missing)).toEqual({ a: 'ada', b: { d: ['jwt', 5], e: null }, f: true });
    expect(missing).toEqual(['credentials.nobody', 'step9.x']);
    expect(filled(undefined, scope)).toEqual({});
  });

  it('become text where nothing else is taken', () => {
    expect(asTexts({ a: 'x', b: 1, c: true, d: { e: [1] }, f: null, g: undefined })).toEqual({
      a: 'x',
      b: '1',
      c: 'true',
      d: '{"e":[1]}',
    });
  });
});

describe('a text at a path', () => {
  it('may be empty, a number or a truth value, and no object', () => {
    const answer = { a: { b: '', c: 0, d: false, e: {} } };
    expect(['a.b', 'a.c', 'a.d', 'a.e', 'a', 'x'].map((path) => textAt(answer, path))).toEqual([
      '',
      '0',
      'false',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
