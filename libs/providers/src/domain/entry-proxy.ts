import { z } from 'zod';
import { isRegex, text } from './entry-inputs.js';

const headerTemplates = z.record(z.string().regex(/^[a-z0-9_.-]+$/, 'header names are lower-case'), text);
const nestedText: z.ZodType<NestedText> = z.lazy(() => z.record(z.string(), z.union([text, nestedText])));

/** Text values at any depth. */
export interface NestedText {
  [name: string]: string | NestedText;
}

const headerNames = z.union([z.string(), z.array(z.string())]);

/** Retry rules of a provider (spec/auth.md §1.8, §6.6). */
export const retryRules = z.strictObject({
  /** Response header with the seconds to wait. */
  after: headerNames.optional(),
  /** Response header with the moment to wait for. */
  at: headerNames.optional(),
  /** Response header whose value "0" makes an answer retryable. */
  remaining: z.string().optional(),
  /** `429`, `5xx`, `500-502`: replaces the default list. */
  error_code: z.array(text.pipe(z.string().regex(/^(\d{3}|\dxx|\d{3}-\d{3})$/))).optional(),
  in_body: z
    .strictObject({
      path: z.string(),
      value: z.string().refine(isRegex, 'must be a regular expression'),
      strategy: z.enum(['at', 'after']),
    })
    .optional(),
});

const paging = {
  response_path: z.string().optional(),
  limit_name_in_request: z.string().optional(),
  limit: z.number().int().optional(),
  in_body: z.boolean().optional(),
};

/** How a provider pages (spec/auth.md §1.9). */
export const paginateRules = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('cursor'),
    cursor_path_in_response: z.string(),
    cursor_name_in_request: z.string(),
    ...paging,
  }),
  z.strictObject({
    type: z.literal('link'),
    link_rel_in_response_header: z.string().optional(),
    link_path_in_response_body: z.string().optional(),
    ...paging,
  }),
  z.strictObject({
    type: z.literal('offset'),
    offset_name_in_request: z.string(),
    offset_start_value: z.number().optional(),
    offset_calculation_method: z.enum(['by-response-size', 'per-page']).optional(),
    ...paging,
  }),
]);

/** Request that proves credentials right: any 2xx of any endpoint (spec/auth.md §2.4). */
export const verification = z.strictObject({
  method: z.enum(['GET', 'POST']).optional(),
  endpoints: z.array(z.string()).min(1),
  base_url_override: z.string().optional(),
  headers: headerTemplates.optional(),
  data: z.unknown().optional(),
});

/** How calls reach a provider's API (spec/auth.md §1.8). */
export const proxyRules = z.strictObject({
  /** Absent where every connection or call names its own. */
  base_url: z.string().optional(),
  headers: headerTemplates.optional(),
  query: z.record(z.string(), text).optional(),
  body: nestedText.optional(),
  retry: retryRules.optional(),
  decompress: z.boolean().optional(),
  forward_headers_on_redirect: z.boolean().optional(),
  paginate: paginateRules.optional(),
  verification: verification.optional(),
  connection_config: z.record(z.string(), z.unknown()).optional(),
});
export type ProxyRules = z.output<typeof proxyRules>;
export type RetryRules = z.output<typeof retryRules>;
