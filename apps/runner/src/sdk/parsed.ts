import type { z } from 'zod';
import { HostError } from './host-error.js';

/** What came out of an isolate, as the schema has it. @throws HostError that names the first field that is wrong */
export function parsed<Schema extends z.ZodType>(schema: Schema, given: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new HostError({ name: 'Error', message: `${what} is not valid: ${issue?.path.join('.')} ${issue?.message}` });
}
