/** Languages of the pages end users see. */
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

const isLanguage = (tag: string): tag is Language => (LANGUAGES as readonly string[]).includes(tag);

/** The language a browser likes best among those there are; English where it names none of them. */
export function acceptedLanguage(header: string | undefined): Language {
  const wanted = (header ?? '').split(',').map((part) => {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const quality = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find(Boolean);
    return { language: tag.split('-')[0] ?? '', quality: Number(quality ?? 1) };
  });
  const known = wanted.filter(({ language, quality }) => isLanguage(language) && quality > 0);
  const best = known.toSorted((a, b) => b.quality - a.quality)[0]?.language;
  return best && isLanguage(best) ? best : 'en';
}
