import { z } from 'zod';

/** Variables of every app that reads the provider catalogue. */
export const providersEnv = {
  NANGO_PROVIDERS_PATH: z
    .string()
    .optional()
    .describe('Catalogue file, or folder of such files (YAML or JSON), whose providers add to the built-in ones or replace them'),
};
