import type { InputField, InputFields, Integration, Provider } from '../api/wire.js';

/** Titles and descriptions of the page's own locales (`fields`), for what the catalogue does not describe. */
export type FieldTexts = Readonly<Record<string, { readonly title: string; readonly description: string }>>;

/** Credentials that a mode cannot do without (spec/auth.md §2.1); true marks a secret. */
const BY_MODE: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  API_KEY: { apiKey: true },
  BASIC: { username: false, password: true },
  OAUTH2_CC: { client_id: false, client_secret: true },
  TBA: { token_id: false, token_secret: true },
  SIGNATURE: { username: false, password: true },
  BILL: { username: false, password: true, organization_id: false, dev_key: true },
  AWS_SIGV4: { role_arn: false },
};
const CERTIFICATE = { client_certificate: false, client_private_key: true };
const OAUTH_OVERRIDES = {
  oauth_client_id_override: false,
  oauth_client_secret_override: true,
  oauth_refresh_token_override: true,
};
const OVERRIDABLE_MODES = new Set(['OAUTH2', 'TBA']);

type Defaults = Readonly<Record<string, unknown>>;

/** The credentials to ask for: what the mode needs, described by the catalogue where it does, else by this page. */
export function credentialInputs(
  provider: Provider,
  integration: Integration,
  defaults: Defaults,
  texts: FieldTexts,
): InputFields {
  const described = provider.credentials ?? {};
  const fields: Record<string, InputField> = {};
  for (const [name, secret] of Object.entries(neededBy(provider, defaults))) {
    fields[name] = described[name] ?? { type: 'string', title: name, description: '', secret, ...texts[name] };
  }
  Object.assign(fields, described, missingSettings(provider));
  const labels = integration.credentials_label ?? {};
  for (const [name, title] of Object.entries(labels)) {
    if (fields[name] && title) fields[name] = { ...fields[name], title };
  }
  const preset = integration.preconfigured_credentials ?? [];
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !preset.includes(name)));
}

function neededBy(provider: Provider, defaults: Defaults): Record<string, boolean> {
  const { auth_mode: mode } = provider;
  return {
    ...BY_MODE[mode],
    ...(mode === 'OAUTH2_CC' && provider.require_client_certificate ? CERTIFICATE : {}),
    ...(OVERRIDABLE_MODES.has(mode) ? askedOverrides(defaults) : {}),
  };
}

/** The customer's own OAuth client is asked for where the session leaves a place for it: an empty default (spec/auth.md §7.3). */
const askedOverrides = (defaults: Defaults): Record<string, boolean> =>
  Object.fromEntries(Object.entries(OAUTH_OVERRIDES).filter(([name]) => defaults[name] === ''));

/** What the developer did not set on a two-step integration is the end user's to give (spec/auth.md §1.5). */
const missingSettings = ({ auth_mode: mode, integration_config: settings }: Provider): InputFields =>
  mode === 'TWO_STEP' && settings
    ? Object.fromEntries(Object.entries(settings).map(([name, input]) => [name, { ...input, optional: false }]))
    : {};
