import { z } from 'zod';
import { integer } from '#libs/kernel';
import type { ProvidersOptions } from './providers.module.js';

/** Variables of every app that reads the provider catalogue. */
export const providersEnv = {
  NANGO_PROVIDERS_PATH: z
    .string()
    .optional()
    .describe('Catalogue file, or folder of such files (YAML or JSON), whose providers add to the built-in ones or replace them'),
  PROVIDERS_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of a catalogue in JSON whose providers add to the built-in ones or replace them; read again and again'),
  PROVIDERS_RELOAD_INTERVAL: integer(60_000, 'Time between two readings of PROVIDERS_URL, in ms', 1000),
};

/** What `ProvidersModule.forRoot` takes, from the variables of `providersEnv`. */
export const providersOptions = (config: z.output<z.ZodObject<typeof providersEnv>>): ProvidersOptions => ({
  path: config.NANGO_PROVIDERS_PATH,
  url: config.PROVIDERS_URL,
  reloadEveryMs: config.PROVIDERS_RELOAD_INTERVAL,
});
