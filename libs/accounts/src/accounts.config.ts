import { z } from 'zod';
import { ConfigError } from '#libs/kernel';
import { isApiKey } from './domain/api-key.js';

const apiKey = z.string().toLowerCase().refine(isApiKey, 'must be a UUID v4').optional().meta({ secret: true });

/** Variables of provisioning, read when the database is migrated. */
export const provisioningEnv = {
  NANGO_SECRET_KEY_DEV: apiKey.describe('Presets the API key of environment dev (UUID v4)'),
  NANGO_SECRET_KEY_PROD: apiKey.describe('Presets the API key of environment prod (UUID v4)'),
};

/** Accounts made after it were never told of public keys. */
export const PUBLIC_KEYS_UNTIL = '2025-08-25';

/** Variables of the app that answers callers. */
export const accountsEnv = {
  PUBLIC_AUTHENTICATION_DEPRECATION_DATE: z
    .union([z.iso.date(), z.iso.datetime({ offset: true })])
    .default(PUBLIC_KEYS_UNTIL)
    .transform((date) => new Date(date))
    .describe('Accounts made after this date are refused public keys: their pages use Connect sessions'),
};

const PRESET = /^NANGO_SECRET_KEY_([A-Z0-9_]+)$/;

/** Keys preset by the operator for any environment: `NANGO_SECRET_KEY_<ENV>`. @throws ConfigError naming a bad one */
export function presetApiKeys(env: NodeJS.ProcessEnv): Map<string, string> {
  const keys = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    const environment = PRESET.exec(name)?.[1]?.replace(/_FILE$/, '');
    if (!environment || !value || name.endsWith('_FILE')) continue;
    const key = value.toLowerCase();
    if (!isApiKey(key)) throw new ConfigError(`${name}: must be a UUID v4`);
    keys.set(environment.toLowerCase(), key);
  }
  return keys;
}
