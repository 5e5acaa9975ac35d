import { z } from 'zod';

const text = (max: number, min = 1) => z.string().min(min).max(max);

const END_OF_DATES = Date.UTC(10_000, 0);

/** Anything a date parser takes; kept as ISO text. */
const expiry = z
  .union([z.string(), z.number()])
  .transform((value) => new Date(value))
  .refine((date) => date.getTime() >= 0 && date.getTime() < END_OF_DATES, 'must be a date after 1970')
  .transform((date) => date.toISOString());

const configOverride = z.strictObject({ client_id: text(255).optional(), client_secret: text(2048).optional() });

/** Credentials an import may carry, by `type` (spec/api.md §3.4, `POST /connections`). */
export const importedCredentials = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('OAUTH2'),
    access_token: text(16_384),
    refresh_token: text(16_384).optional(),
    expires_at: expiry.optional(),
    config_override: configOverride.optional(),
  }),
  z.strictObject({
    type: z.literal('OAUTH2_CC'),
    token: text(4096),
    client_id: text(255),
    client_secret: text(2048),
    client_certificate: text(10_000).optional(),
    client_private_key: text(10_000).optional(),
    expires_at: expiry.optional(),
  }),
  z.strictObject({ type: z.literal('OAUTH1'), oauth_token: text(2048), oauth_token_secret: text(2048) }),
  z.strictObject({ type: z.literal('API_KEY'), apiKey: text(1024) }),
  z.strictObject({ type: z.literal('BASIC'), username: text(1024, 0), password: text(1024, 0) }),
  z.strictObject({
    type: z.literal('TBA'),
    token_id: text(2048),
    token_secret: text(2048),
    config_override: configOverride.optional(),
  }),
  z.strictObject({ type: z.literal('APP'), app_id: text(255), installation_id: text(255) }),
  z.strictObject({ type: z.literal('CUSTOM'), app_id: text(255), installation_id: text(255) }),
  z.strictObject({ type: z.literal('NONE') }),
]);
export type ImportedCredentials = z.output<typeof importedCredentials>;
