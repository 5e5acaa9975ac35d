import { z } from 'zod';
import { secretString } from '#libs/kernel';

/** Variables of the root key, spread into every app that seals or opens secrets (spec/auth.md §5). */
export const cryptoEnv = {
  NANGO_ENCRYPTION_KEY: secretString(
    'Root key, base64 of 32 bytes; several separated by commas, the first is primary',
  ).optional(),
  NANGO_ENCRYPTION_KEY_WRAPPED: secretString(
    'Root key inside an AWS Encryption SDK envelope, base64, instead of NANGO_ENCRYPTION_KEY; several separated by commas, the first is primary',
  ).optional(),
  NANGO_KMS_KEY_ARN: z
    .string()
    .min(1)
    .optional()
    .describe('AWS KMS key that opens NANGO_ENCRYPTION_KEY_WRAPPED; `local:<path>` names a file with base64 of 32 bytes instead'),
};

/** The root key's variables as they were read. */
export type CryptoVariables = Partial<z.output<z.ZodObject<typeof cryptoEnv>>>;
