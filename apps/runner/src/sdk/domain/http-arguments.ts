import { z } from 'zod';
import { describedBody } from './http-body.js';

const names = z.union([z.string(), z.array(z.string())]);

/** A header as authors write it: any value, and none where it is null or undefined. */
const headers = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((given) =>
    Object.fromEntries(
      Object.entries(given ?? {})
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([name, value]) => [name.toLowerCase(), [value].flat().map(String).join(', ')]),
    ),
  );

const method = z
  .string()
  .regex(/^[a-z]{1,16}$/i)
  .transform((text) => text.toUpperCase());

/** Of axios; a stream cannot leave the host. Blobs and documents are text there too, outside of a browser. */
const RESPONSE_TYPES = ['json', 'text', 'arraybuffer', 'blob', 'document'] as const;

const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);

/** A request that comes out of an isolate (prelude `sdk/http.ts`). Fields that are null are as if they were not there. */
export const httpArguments = z.object({
  endpoint: z.string(),
  method,
  params: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  headers,
  body: describedBody.optional(),
  retries: z.coerce.number().int().min(0).catch(0),
  retryOn: z.array(z.coerce.number().int()).nullish(),
  retryHeader: z.object({ at: names.optional(), after: names.optional() }).nullish(),
  baseUrlOverride: z.string().nullish(),
  decompress: z
    .unknown()
    .optional()
    .transform((given) => given !== false && given !== 'false'),
  responseType: z
    .enum(RESPONSE_TYPES, 'must be json, text or arraybuffer in a function')
    .nullish()
    .transform((type) => type ?? 'json'),
  forwardHeadersOnRedirect: z.boolean().nullish(),
  connectionId: optionalText,
  providerConfigKey: optionalText,
  files: z
    .undefined('is not available to functions: give the fields in data, with the content type multipart/form-data')
    .optional(),
});
export type HttpArguments = z.output<typeof httpArguments>;

/** A request of `uncontrolledFetch`. */
export const fetchArguments = z.object({ url: z.url(), method, headers, body: describedBody.optional() });
