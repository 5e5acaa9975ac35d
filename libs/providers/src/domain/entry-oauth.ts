import { z } from 'zod';
import { text } from './entry-inputs.js';

const names = z.array(z.string());
const params = z.record(z.string(), text);
const nestedParams = z.record(z.string(), z.unknown());
const method = z.enum(['GET', 'PUT', 'POST']);

/** What of a URL is not percent-encoded: the scopes, or the values filled into it. */
const skipEncode = z.array(z.enum(['scopes', 'base_url']));

/** Addresses by the step they are for, where a provider's modes are joined. */
const tokenUrls = z.partialRecord(
  z.enum(['OAUTH1', 'OAUTH2', 'OAUTH2CC', 'BASIC', 'API_KEY', 'CUSTOM', 'APP', 'NONE']),
  z.string(),
);

/** OAuth 1 and 2, with and without a user, and the OAuth of MCP servers (spec/auth.md §1.6). */
export const oauthFields = {
  authorization_url: z.string().optional(),
  token_url: z.union([z.string(), tokenUrls], { error: 'must be a URL, or a map such as {OAUTH2: …, APP: …}' }).optional(),
  refresh_url: z.string().optional(),
  authorization_params: params.optional(),
  token_params: nestedParams.optional(),
  refresh_params: params.optional(),
  scope_separator: z.string().optional(),
  disable_pkce: z.boolean().optional(),
  authorization_method: z.enum(['body', 'header']).optional(),
  token_request_auth_method: z.enum(['basic', 'private_key_jwt', 'custom']).optional(),
  body_format: z.enum(['form', 'json', 'query', 'xml']).optional(),
  alternate_access_token_response_path: z.string().optional(),
  expires_in_unit: z.literal('milliseconds').optional(),
  token_expiration_buffer: z.number().nonnegative().optional(),
  authorization_url_skip_encode: skipEncode.optional(),
  token_url_skip_encode: skipEncode.optional(),
  authorization_url_replacements: params.optional(),
  authorization_url_skip_empty: z.boolean().optional(),
  authorization_url_fragment: z.string().optional(),
  authorization_code_param_in_callback: z.string().optional(),
  authorization_code_param_in_webhook: z.string().optional(),
  redirect_uri_metadata: names.optional(),
  token_response_metadata: names.optional(),
  request_url: z.string().optional(),
  request_params: params.optional(),
  request_http_method: method.optional(),
  token_http_method: method.optional(),
  signature_method: z.enum(['HMAC-SHA1', 'RSA-SHA1', 'PLAINTEXT']).optional(),
  client_registration: z.enum(['dynamic', 'static', 'cimd']).optional(),
  registration_url: z.string().optional(),
  registration_params: nestedParams.optional(),
};
