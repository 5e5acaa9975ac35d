import { describe, expect, it } from 'vitest';
import { Catalogue } from './catalogue.js';
import { Translations } from './translations.js';

const FORMS = ['credentials', 'connection_config', 'integration_config', 'assertion_option'] as const;

const translations = await Translations.load();
const catalogue = await Catalogue.load();

describe('translated entries', () => {
  it.each(['de', 'fr', 'es'] as const)('have nearly all titles of their inputs in %s', (language) => {
    const titles = catalogue.all().flatMap((provider) => {
      const translated = translations.translate(provider, language);
      return FORMS.flatMap((form) =>
        Object.entries(provider[form] ?? {}).map(([name, { title }]) => [title, translated[form]![name]!.title] as const),
      );
    });
    const changed = titles.filter(([english, shown]) => english !== shown).length;
    expect(changed / titles.length).toBeGreaterThan(0.8);
  });

  it('are English by default, and made once', () => {
    const openai = catalogue.get('openai')!;
    expect(translations.translate(openai, 'en')).toBe(openai);
    expect(translations.translate(openai, 'de')).toBe(translations.translate(openai, 'de'));
    expect(translations.translate(openai, 'fr').credentials?.['apiKey']).toMatchObject({ title: 'Clé API', secret: true });
  });
});
