import { z } from 'zod';
import { parseFrequency } from '#libs/scheduling';

/** Runners load no more. */
const MAX_CODE_BYTES = 16 * 1024 ** 2;

const code = (what: string, cure: string) =>
  z.string().superRefine((text, context) => {
    const bytes = Buffer.byteLength(text);
    if (bytes <= MAX_CODE_BYTES) return;
    context.addIssue({
      code: 'too_big',
      origin: 'string',
      maximum: MAX_CODE_BYTES,
      message: `the ${what} is ${bytes} bytes long, at most ${MAX_CODE_BYTES} can run: ${cure}`,
    });
  });

const SPLIT = 'split the function, or import less';

/** A function's code: what runs, and what it was compiled from. */
export const fileBody = z.strictObject({ js: code('bundle', SPLIT), ts: code('source', SPLIT) });

export const frequency = z
  .string()
  .refine((text) => parseFrequency(text).ok, 'must be a frequency of at least 30 seconds, such as every hour');

/** What on-event functions run on. */
export const eventName = z.enum(['post-connection-creation', 'pre-connection-deletion', 'validate-connection']);
