import { z } from 'zod';

/** Field formats shared by the public API (spec/api.md §0.2). */

const pattern = (regex: RegExp, what: string, max = 255) => z.string().min(1).max(max).regex(regex, what);

/** Provider config key = integration id = `unique_key`. */
export const providerConfigKey = pattern(/^[a-zA-Z0-9~:.@ _-]+$/, 'only letters, digits, spaces and ~ : . @ _ - are allowed');
export const providerName = pattern(/^[a-zA-Z0-9_-]+$/, 'only letters, digits, _ and - are allowed');
export const connectionId = pattern(
  /^[a-zA-Z0-9,.;:=+~[\]|@${}"'\\/_ -]+$/,
  'only letters, digits, spaces and , . ; : = + ~ [ ] | @ $ { } " \' \\ / _ - are allowed',
);
/** Name of a sync, action, function or variant. */
export const functionName = pattern(/^[a-zA-Z0-9_-]+$/, 'only letters, digits, _ and - are allowed');
export const modelName = pattern(/^[A-Z][a-zA-Z0-9_-]+$/, 'must start with an upper-case letter, then letters, digits, _ and -');

const TRUE = new Set(['true', '1', 'yes', 'on', 'y', 'enabled']);
const FALSE = new Set(['false', '0', 'no', 'off', 'n', 'disabled']);

/** A boolean in a query string or header. */
export const queryBoolean = z.string().transform((value, context) => {
  const word = value.toLowerCase();
  if (TRUE.has(word)) return true;
  if (FALSE.has(word)) return false;
  context.addIssue({ code: 'custom', message: 'must be true or false' });
  return z.NEVER;
});

/** A webhook address: a URL, or the empty string for none. Whether it may be called is decided when it is called. */
export const webhookUrl = z.union([z.literal(''), z.url({ protocol: /^https?$/ })]);

const tagKey = z
  .string()
  .max(64)
  .regex(/^[a-zA-Z][a-zA-Z0-9_\-./]*$/, 'must start with a letter, then letters, digits, _ - . /');

const email = z.email().min(5);

/** Tags of a connection: at most 10, keys lower-cased on input. */
export const tags = z
  .record(tagKey, z.string().min(1).max(255))
  .refine((value) => Object.keys(value).length <= 10, 'at most 10 tags')
  .transform((value, context) => {
    const lowered = Object.fromEntries(Object.entries(value).map(([key, text]) => [key.toLowerCase(), text]));
    if (Object.keys(lowered).length !== Object.keys(value).length) {
      context.addIssue({ code: 'custom', message: 'two keys are equal after lower-casing' });
    }
    const address = lowered['end_user_email'];
    if (address !== undefined && !email.safeParse(address).success) {
      context.addIssue({
        code: 'custom',
        message: 'must be an e-mail address',
        path: ['end_user_email'],
      });
    }
    return lowered;
  });

/** The customer's own user a connection belongs to. */
export const endUser = z.strictObject({
  id: z.string().min(1).max(255),
  email: email.optional(),
  display_name: z.string().max(255).optional(),
  tags: z
    .record(tagKey, z.string().max(255))
    .refine((value) => Object.keys(value).length <= 10, 'at most 10 tags')
    .optional(),
});
export type EndUser = z.output<typeof endUser>;

/** Headers that name the connection a call is about; Node lower-cases header names. */
export const connectionHeaders = z.object({
  'connection-id': connectionId,
  'provider-config-key': providerConfigKey,
});

/** For endpoints that take no query: any key is refused. */
export const noQuery = z.strictObject({});
