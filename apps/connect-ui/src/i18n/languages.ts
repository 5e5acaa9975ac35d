/** Languages the page speaks (spec/auth.md §7.5). */
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The first asked-for language we speak, by its first sub-tag; English else. */
export function chooseLanguage(asked: readonly (string | undefined)[]): Language {
  for (const tag of asked) {
    const first = tag?.toLowerCase().split(/[-_]/)[0];
    const known = LANGUAGES.find((language) => language === first);
    if (known) return known;
  }
  return 'en';
}
