import { expect, it } from 'vitest';
import { acceptedLanguage } from './accepted-language.js';

it.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de-AT,de;q=0.9,en;q=0.8', 'de'],
  ['ja,fr;q=0.5,es;q=0.7', 'es'],
  ['it', 'en'],
  ['en;q=0, fr', 'fr'],
  ['FR-ca', 'fr'],
])('reads %j as %s', (header, language) => {
  expect(acceptedLanguage(header)).toBe(language);
});
