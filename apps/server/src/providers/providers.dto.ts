import { z } from 'zod';
import { providerName } from '#libs/contracts';

export const providersQuery = z.strictObject({
  search: z
    .string()
    .max(255)
    .regex(/^[a-zA-Z0-9~:.@ _-]*$/, 'only letters, digits, spaces and ~ : . @ _ - are allowed')
    .optional(),
});
export type ProvidersQuery = z.output<typeof providersQuery>;

export const providerParams = z.object({ provider: providerName });
export type ProviderParams = z.output<typeof providerParams>;

/** A catalogue entry with its key and logo; further fields depend on the provider (spec/auth.md §1). */
const provider = z
  .looseObject({ name: z.string(), display_name: z.string(), auth_mode: z.string(), docs: z.string(), logo_url: z.string() })
  .meta({ id: 'Provider' });

export const providerReply = z.object({ data: provider });
export const providersReply = z.object({ data: z.array(provider) });
export const templatesReply = z.object({ data: z.array(z.unknown()) });
