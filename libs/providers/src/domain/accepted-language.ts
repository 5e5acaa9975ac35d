/** Languages that catalogue texts are shown in (spec/api.md §3.1). */
export const LANGUAGES = ['en', 'es', 'fr', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

const isLanguage = (name: string): name is Language => (LANGUAGES as readonly string[]).includes(name);

/** The language a caller likes best of those there are: of equal ones the first, English when there is none. */
export function acceptedLanguage(header: string | undefined): Language {
  let best: { readonly language: Language; readonly quality: number } | undefined;
  for (const range of (header ?? '').slice(0, 1000).split(',')) {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
    const language = tag.trim().split('-', 1)[0]!;
    const quality = qualityOf(parameters);
    if (isLanguage(language) && quality > (best?.quality ?? 0)) best = { language, quality };
  }
  return best?.language ?? 'en';
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.map((parameter) => /^\s*q\s*=\s*([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
  return given === undefined ? 1 : Number(given) || 0;
}
