import { expect, it } from 'vitest';
import { chooseLanguage } from './languages.js';

it.each([
  [['fr'], 'fr'],
  [['de-AT'], 'de'],
  [['es_MX'], 'es'],
  [[undefined, 'ja', 'fr-CA'], 'fr'],
  [['ja'], 'en'],
  [[], 'en'],
])('of %j it speaks %s', (asked, language) => {
  expect(chooseLanguage(asked)).toBe(language);
});
