import { describe, expect, it } from 'vitest';
import { PROBLEM_KINDS } from '../domain/problem.js';
import de from '../locales/de.json';
import en from '../locales/en.json';
import es from '../locales/es.json';
import fr from '../locales/fr.json';

/** Texts by path, such as `list.title`. */
function texts(part: object, path = ''): [string, string][] {
  return Object.entries(part).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : texts(value as object, `${path}${key}.`),
  );
}

const variables = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g))].toSorted();

describe.each(Object.entries({ de, es, fr }))('%s', (_language, locale) => {
  const own = new Map(texts(locale));

  it('says everything English says, and nothing else', () => {
    expect([...own.keys()]).toEqual(texts(en).map(([path]) => path));
  });

  it('translates every text, with the same variables', () => {
    for (const [path, english] of texts(en)) {
      const text = own.get(path) ?? '';
      expect([path, text === '', variables(text)]).toEqual([path, english === '', variables(english)]);
    }
  });
});

it.each(PROBLEM_KINDS)('a person is told what %s is and what to do', (kind) => {
  expect(en.problems[kind]).toEqual({ title: expect.any(String) as string, cure: expect.any(String) as string });
});
