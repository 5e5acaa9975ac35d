import { expect, it } from 'vitest';
import { acceptedLanguage } from './accepted-language.js';

it.each([
  [undefined, 'en'],
  ['', 'en'],
  ['*', 'en'],
  ['ja, zh;q=0.9', 'en'],
  ['de', 'de'],
  ['de-AT', 'de'],
  ['FR-fr', 'fr'],
  ['it, es;q=0.8, en;q=0.5', 'es'],
  ['en;q=0.5, de;q=0.9, fr;q=0.7', 'de'],
  ['de;q=0.8, fr;q=0.8', 'de'],
  ['de;q=0, en;q=0.1', 'en'],
  ['de;q=x', 'de'],
  ['es ; q = 1', 'es'],
])('%j asks for %s', (header, language) => expect(acceptedLanguage(header)).toBe(language));
