import { z } from 'zod';
import { connectionInputs, credentialInputs, integrationInputs } from './entry-inputs.js';
import { oauthFields } from './entry-oauth.js';
import { proxyRules } from './entry-proxy.js';
import { tokenFields } from './entry-tokens.js';

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

/** Modes that other catalogues may still name, and what took their place. */
const DEAD_MODES: ReadonlyMap<unknown, string> = new Map([
  ['APP_STORE', 'JWT'],
  ['TABLEAU', 'TWO_STEP'],
]);

const names = z.array(z.string());

/** Who the entry is about (spec/auth.md §1.4). */
const general = {
  display_name: z.string().min(1, 'must not be empty'),
  docs: z.url('must be the address of the developer documentation'),
  auth_mode: z.enum(AUTH_MODES, {
    error: ({ input }) => {
      const instead = DEAD_MODES.get(input);
      return instead === undefined ? undefined : `${String(input)} is dead: no connection can be made with it. Use ${instead}`;
    },
  }),
  auth_type: z.literal('BASIC').optional(),
  categories: names.optional(),
  docs_connect: z.url('must be an address').optional(),
  setup_guide_url: z.url('must be an address').optional(),
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
  ...oauthFields,
  ...tokenFields,
  ...unused,
  credentials: credentialInputs.optional(),
  connection_config: connectionInputs.optional(),
  integration_config: integrationInputs.optional(),
  assertion_option: credentialInputs.optional(),
  proxy: proxyRules.optional(),
});
export type CatalogueEntry = z.output<typeof catalogueEntry>;

/** A provider: its catalogue entry and its key, such as `github-pat`. */
export type Provider = CatalogueEntry & { readonly name: string };
