import { z } from 'zod';

/** Text, which YAML reads as a number or a boolean where it is written without quotes. */
export const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** One input of the forms that the catalogue describes (spec/auth.md §1.5). */
export const inputField = z.strictObject({
  type: z.literal('string', { error: 'must be string: there are no inputs of other types' }),
  title: text,
  description: text,
  example: text.optional(),
  pattern: z.string().refine(isRegex, 'must be a regular expression as JavaScript has them').optional(),
  format: z.enum(['hostname', 'uri', 'uuid', 'email']).optional(),
  enum: z.array(text).min(1).optional(),
  warnings: z.record(z.string(), text).optional(),
  order: z.number().optional(),
  default_value: text.optional(),
  optional: z.boolean().optional(),
  secret: z.boolean().optional(),
  hidden: z.boolean().optional(),
  automated: z.boolean().optional(),
  prefix: text.optional(),
  suffix: text.optional(),
  doc_section: z
    .string()
    .regex(/^#[a-z0-9-]+$/, 'must be an anchor such as #step-1')
    .optional(),
});

/** Shown only while another input of the same form has a value. */
const integrationField = inputField.extend({ visible_when: z.strictObject({ field: z.string(), equals: text }).optional() });

export function isRegex(pattern: string): boolean {
  try {
    return Boolean(new RegExp(pattern));
  } catch {
    return false;
  }
}

const settingName = z.string().regex(/^[a-zA-Z_.-]+$/, 'a name of a setting holds letters and _ . - only');
const credentialName = z.string().regex(/^[a-zA-Z_]+$/, 'a name of a credential holds letters and _ only');

/** Inputs by name: `connection_config` and `integration_config`. */
export const connectionInputs = z.record(settingName, inputField);
export const integrationInputs = z.record(settingName, integrationField);

/** Inputs by name: `credentials` and `assertion_option`. */
export const credentialInputs = z.record(credentialName, inputField);
