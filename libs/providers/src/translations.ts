import { readFile } from 'node:fs/promises';
import { type Language, LANGUAGES } from './domain/accepted-language.js';
import type { Provider } from './domain/entry.js';
import { locale, type Locale, translateEntry } from './domain/translate-entry.js';

/** Catalogue entries in other languages; each is translated once. */
export class Translations {
  readonly #known = new Map<Language, WeakMap<Provider, Provider>>();

  private constructor(private readonly locales: ReadonlyMap<Language, Locale>) {}

  /** Reads the texts of every language. */
  static async load(): Promise<Translations> {
    const others = LANGUAGES.filter((language) => language !== 'en');
    return new Translations(new Map(await Promise.all(others.map(async (name) => [name, await readLocale(name)] as const))));
  }

  /** The entry as it is shown in a language. */
  translate(provider: Provider, language: Language): Provider {
    const texts = this.locales.get(language);
    if (!texts) return provider;
    const known = this.#known.get(language) ?? new WeakMap<Provider, Provider>();
    this.#known.set(language, known);
    const translated = known.get(provider) ?? translateEntry(provider, texts);
    known.set(provider, translated);
    return translated;
  }
}

const readLocale = async (language: Language): Promise<Locale> =>
  locale.parse(JSON.parse(await readFile(new URL(`../locales/${language}.json`, import.meta.url), 'utf8')));
