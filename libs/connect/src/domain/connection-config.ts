import { type InputFields, withDefaults } from '#libs/providers';
import type { Config } from '../connect.types.js';

/** What a connection's configuration is made of before a provider was asked, weakest first. */
export interface ConfigSources {
  /** `connection_config` of the catalogue. */
  readonly fields: InputFields;
  /** What only the provider says, as of `toldFields`. */
  readonly told: ReadonlySet<string>;
  /** The configuration of the connection to renew. */
  readonly stored: Config;
  /** `params` of the request. */
  readonly params: Config;
  /** The three OAuth overrides of the request. */
  readonly overrides: Config;
  /** Set in advance by the developer; undefined where no session called. */
  readonly defaults: Config | undefined;
}

/** Fields that only this server and providers write: nobody sets them from a browser. */
const SERVER_MADE = new Set([
  'webhook_url',
  'pending',
  'pendingLog',
  'userCredentials',
  'jwtToken',
  'installation_id',
  'overrideTokenRefresh',
  'oauth_metadata',
  'oauth_client_info',
  'oauth_resource_url',
  'oauth_code_verifier',
]);

export const OAUTH_OVERRIDES = [
  'oauth_client_id_override',
  'oauth_client_secret_override',
  'oauth_refresh_token_override',
] as const;
const SCOPES_OVERRIDE = 'oauth_scopes_override';

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';
const pick = (config: Config, wanted: (name: string, value: unknown) => boolean): Config =>
  Object.fromEntries(Object.entries(config).filter(([name, value]) => wanted(name, value)));

/**
 * The configuration a flow begins with (spec/auth.md §3.1): the developer's settings win over the request, but an empty one asks the
 * user (§11.8). A renewed connection keeps the inputs that are not given anew.
 */
export function initialConfig({ fields, told, stored, params, overrides, defaults }: ConfigSources): Config {
  const isInput = (name: string) => Object.hasOwn(fields, name) && !fields[name]?.automated;
  const isMade = (name: string) => SERVER_MADE.has(name) || fields[name]?.automated || (told.has(name) && !isInput(name));
  const mayGive = (name: string) => !isMade(name) && !(defaults !== undefined && name === SCOPES_OVERRIDE);
  const given = {
    ...pick(stored, isInput),
    ...pick(params, mayGive),
    ...pick(overrides, (_name, value) => !isEmpty(value)),
  };
  const set = pick(defaults ?? {}, (name, value) => !(isEmpty(value) && !isEmpty(given[name])));
  return withDefaults(fields, { ...given, ...set });
}

/** The developer's settings that stand whatever a provider answers; an empty one is filled from the answer. */
export const fixedConfig = (defaults: Config = {}): Config => pick(defaults, (_name, value) => !isEmpty(value));

/** What the catalogue says a provider's answers add to the configuration. */
export interface MetadataFields {
  readonly token_response_metadata?: readonly string[] | undefined;
  readonly redirect_uri_metadata?: readonly string[] | undefined;
  readonly webhook_response_metadata?: readonly string[] | undefined;
  /** Told by its API once there is a connection. */
  readonly connection_configuration?: readonly string[] | undefined;
}

const answeredFields = (provider: MetadataFields): Set<string | undefined> =>
  new Set([provider.token_response_metadata, provider.redirect_uri_metadata, provider.webhook_response_metadata].flat());

/**
 * Fields that a provider tells. Incoming webhooks find their connections by them, and secrets are sent to addresses among them: whoever
 * connects could pass for another account, were they theirs to write.
 */
export const toldFields = (provider: MetadataFields): Set<string> =>
  new Set([...answeredFields(provider), ...(provider.connection_configuration ?? [])].filter((name) => name !== undefined));

/**
 * The configuration to keep (spec/auth.md §3.4): what the provider told fills in, except where the developer had decided. OAuth overrides
 * live in the credentials from now on.
 */
export function finalConfig(begun: Config, fixed: Config, answered: Config, provider: MetadataFields): Config {
  const answers = answeredFields(provider);
  const decided = pick(fixed, (name) => answers.has(name));
  const { [SCOPES_OVERRIDE]: scopes, ...rest } = { ...begun, ...answered, ...decided } as Record<string, unknown>;
  for (const name of OAUTH_OVERRIDES) delete rest[name];
  return isEmpty(scopes) ? rest : { ...rest, [SCOPES_OVERRIDE]: typeof scopes === 'string' ? scopes.split(',') : scopes };
}
