import { z } from 'zod';

/** Text, which YAML reads as a number or a boolean where it is written without quotes. */
export const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** One input of the forms that the catalogue describes (spec/auth.md §1.5). */
export const inputField = z.strictObject({
  type: z.literal('string'),
  title: z.string(),
  description: z.string(),
  example: z.string().optional(),
  pattern: z.string().refine(isRegex, 'must be a regular expression').optional(),
  format: z.enum(['hostname', 'uri', 'uuid', 'email']).optional(),
  enum: z.array(z.string()).optional(),
  warnings: z.record(z.string(), z.string()).optional(),
  order: z.number().optional(),
  default_value: z.string().optional(),
  optional: z.boolean().optional(),
  secret: z.boolean().optional(),
  hidden: z.boolean().optional(),
  automated: z.boolean().optional(),
  prefix: z.string().optional(),
  suffix: z.string().optional(),
  doc_section: z
    .string()
    .regex(/^#[a-z0-9-]+$/)
    .optional(),
  visible_when: z.strictObject({ field: z.string(), equals: z.string() }).optional(),
});

export function isRegex(pattern: string): boolean {
  try {
    return Boolean(new RegExp(pattern));
  } catch {
    return false;
  }
}

/** Inputs by name, for `connection_config` and `integration_config`. */
export const settings = z.record(z.string().regex(/^[a-zA-Z_.-]+$/), inputField);

/** Inputs by name, for `credentials` and `assertion_option`. */
export const credentialInputs = z.record(z.string().regex(/^[a-zA-Z_]+$/), inputField);
