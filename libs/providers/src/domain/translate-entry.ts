import { z } from 'zod';
import type { Provider } from './entry.js';

const words = z.record(z.string(), z.string());

/** Texts of one language: words that any entry may use, and what is said otherwise in one entry (spec/auth.md §1). */
export const locale = z
  .object({ '*': z.strictObject({ titles: words.default({}), descriptions: words.default({}) }) })
  .catchall(z.record(z.string(), z.unknown()));
export type Locale = z.output<typeof locale>;

type Fields = Readonly<Record<string, { readonly title: string; readonly description: string }>>;

/** Where entries describe what they ask for. */
const FORMS = ['credentials', 'connection_config', 'integration_config', 'assertion_option'] as const;

/** An entry in another language: its common words replaced, then what the language says of this entry merged into it. */
export function translateEntry(provider: Provider, { '*': common, ...entries }: Locale): Provider {
  const translated: Record<string, unknown> = { ...provider };
  for (const form of FORMS) {
    const fields: Fields | undefined = provider[form];
    if (fields) translated[form] = translateFields(fields, common);
  }
  return merged(translated, own(entries, provider.name) ?? {}) as unknown as Provider;
}

const translateFields = (fields: Fields, { titles, descriptions }: Locale['*']): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      {
        ...field,
        title: own(titles, field.title) ?? field.title,
        description: own(descriptions, field.description) ?? field.description,
      },
    ]),
  );

function merged(into: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...into };
  for (const [name, value] of Object.entries(more)) {
    const inner = own(result, name);
    result[name] = isMap(value) && isMap(inner) ? merged(inner, value) : value;
  }
  return result;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const own = <Value>(values: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;
