import { z } from 'zod';
import { providerConfigKey } from '#libs/contracts';

export const metadataParams = z.object({ environmentUuid: z.uuid(), providerConfigKey });
export type MetadataParams = z.output<typeof metadataParams>;

/** A query as providers write it: texts, and nothing that is not one. */
export const queryTexts = (query: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((query ?? {}) as Record<string, unknown>).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );

/** The state a browser brings back: two providers have a name of their own for it (spec/auth.md §3.4). */
export const stateOf = ({ state, payload, customField }: Readonly<Record<string, string>>): string | undefined =>
  state || payload || customField || undefined;
