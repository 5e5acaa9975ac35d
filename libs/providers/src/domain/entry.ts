import { z } from 'zod';
import { credentialInputs, settings, text } from './entry-inputs.js';
import { proxyRules } from './entry-proxy.js';

/** Ways a provider lets somebody in (spec/auth.md §1.1, §2). */
export const AUTH_MODES = [
  'OAUTH1',
  'OAUTH2',
  'OAUTH2_CC',
  'API_KEY',
  'BASIC',
  'NONE',
  'APP',
  'CUSTOM',
  'TBA',
  'JWT',
  'TWO_STEP',
  'SIGNATURE',
  'BILL',
  'AWS_SIGV4',
  'INSTALL_PLUGIN',
  'MCP_OAUTH2',
  'MCP_OAUTH2_GENERIC',
] as const;

const names = z.array(z.string());
const params = z.record(z.string(), text);
const nestedParams = z.record(z.string(), z.unknown());

/** Who the entry is about (spec/auth.md §1.4). */
const general = {
  display_name: z.string().min(1),
  docs: z.url(),
  auth_mode: z.enum(AUTH_MODES),
  auth_type: z.literal('BASIC').optional(),
  categories: names.optional(),
  docs_connect: z.url().optional(),
  setup_guide_url: z.url().optional(),
  installation: z.literal('outbound').optional(),
  default_scopes: names.optional(),
  connection_configuration: names.optional(),
  require_client_certificate: z.boolean().optional(),
  post_connection_script: z.string().optional(),
  pre_connection_deletion_script: z.string().optional(),
  credentials_verification_script: z.string().optional(),
};

const webhooks = {
  webhook_routing_script: z.string().optional(),
  webhook_user_defined_secret: z.boolean().optional(),
  webhook_allowed_query_params: names.optional(),
  webhook_response_metadata: names.optional(),
};

/** OAuth (spec/auth.md §1.6). */
const oauth = {
  authorization_url: z.string().optional(),
  token_url: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
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
  token_expiration_buffer: z.number().optional(),
  authorization_url_skip_encode: names.optional(),
  token_url_skip_encode: names.optional(),
  authorization_url_replacements: params.optional(),
  authorization_url_skip_empty: z.boolean().optional(),
  authorization_url_fragment: z.string().optional(),
  authorization_code_param_in_callback: z.string().optional(),
  authorization_code_param_in_webhook: z.string().optional(),
  redirect_uri_metadata: names.optional(),
  token_response_metadata: names.optional(),
  request_url: z.string().optional(),
  request_params: params.optional(),
  request_http_method: z.enum(['GET', 'PUT', 'POST']).optional(),
  token_http_method: z.enum(['GET', 'PUT', 'POST']).optional(),
  signature_method: z.enum(['HMAC-SHA1', 'RSA-SHA1', 'PLAINTEXT']).optional(),
  client_registration: z.enum(['dynamic', 'static', 'cimd']).optional(),
  registration_url: z.string().optional(),
  registration_params: nestedParams.optional(),
};

const tokenStep = z.strictObject({
  token_url: z.string(),
  token_params: nestedParams.optional(),
  token_headers: params.optional(),
  token_request_method: z.enum(['GET', 'POST']).optional(),
  body_format: z.enum(['form', 'json', 'xml']).optional(),
});

/** Tokens made or fetched from other credentials (spec/auth.md §1.7). */
const minted = {
  signature: z
    .strictObject({ protocol: z.enum(['RSA', 'EC', 'HMAC', 'WSSE']), hmac_secret_encoding: z.enum(['hex', 'utf8']).optional() })
    .optional(),
  token: z
    .strictObject({
      signing_key: z.string().optional(),
      expires_in_ms: z.number().optional(),
      header: nestedParams.optional(),
      payload: nestedParams.optional(),
    })
    .optional(),
  token_headers: params.optional(),
  token_request_method: z.enum(['GET', 'POST']).optional(),
  token_response: z
    .strictObject({
      token: z.string(),
      token_expiration: z.string().optional(),
      token_expiration_strategy: z.enum(['expireAt', 'expireIn']).optional(),
      refresh_token: z.string().optional(),
    })
    .optional(),
  token_expires_in_ms: z.number().optional(),
  token_response_headers: names.optional(),
  additional_steps: z.array(tokenStep).optional(),
  refresh_token_params: nestedParams.optional(),
  refresh_token_headers: params.optional(),
  assertion: z.looseObject({ type: z.enum(['saml', 'jwt']).optional(), key: z.string().optional() }).optional(),
};

/** Fields of the documented format that nothing acts on; catalogues that carry them load all the same. */
const unused = {
  decode_url: z.unknown().optional(),
  auth: z.unknown().optional(),
  refresh_token_response_metadata: z.unknown().optional(),
  pre_connection_creation_script: z.unknown().optional(),
  access_token_url: z.unknown().optional(),
};

/**
 * An entry of the provider catalogue. Its field names are wire format: `GET /providers/{provider}` answers with the entry, and
 * Connect UI builds its form from it. A field that is not listed is refused by name.
 */
export const catalogueEntry = z.strictObject({
  ...general,
  ...webhooks,
  ...oauth,
  ...minted,
  ...unused,
  credentials: credentialInputs.optional(),
  connection_config: settings.optional(),
  integration_config: settings.optional(),
  assertion_option: credentialInputs.optional(),
  proxy: proxyRules.optional(),
});
export type CatalogueEntry = z.output<typeof catalogueEntry>;

/** A provider: its catalogue entry and its key, such as `github-pat`. */
export type Provider = CatalogueEntry & { readonly name: string };
