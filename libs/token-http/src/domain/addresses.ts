import { AppError } from '#libs/kernel';
import { type Filled, fillTemplate, fillUrl, type Provider, type Scope, templateOf } from '#libs/providers';
import { textOf, valueAt } from './values.js';

type Config = Readonly<Record<string, unknown>>;

const PREFIX = 'connectionConfig.';

/** Templates of addresses and parameters know the connection's configuration, and nothing else (spec/auth.md §1.10). */
function scopeOf(config: Config): Scope {
  const lookup = (name: string) => (name.startsWith(PREFIX) ? textOf(valueAt(config, name.slice(PREFIX.length))) : undefined);
  return { lookup, now: new Date(0), random: '' };
}

/** A parameter's value from the connection's configuration; empty values count as missing. */
export const fillParam = (template: string, config: Config): Filled => fillTemplate(templateOf(template), scopeOf(config));

/**
 * An address from the connection's configuration.
 * @param encode what is done to values; percent-encoding unless the entry says otherwise
 */
export const fillAddress = (template: string, config: Config, encode?: Encode): Filled =>
  fillAddressIn(scopeOf(config), template, encode);

type Encode = (value: string) => string;

function fillAddressIn(scope: Scope, template: string, encode: Encode = encodeURIComponent): Filled {
  const filled = fillUrl(templateOf(template), scope, encode);
  if (!filled.ok || URL.canParse(filled.value)) return filled;
  // A value may be an address itself, such as Zoho's `accounts-server`, or name a port: encoded, it leads nowhere.
  const kept = fillUrl(templateOf(template), scope, (value) => (isOrigin(value) ? value : encode(value)));
  return kept.ok ? { ok: true, value: kept.value.replace(/^https?:\/\/(?=https?:\/\/)/, '') } : kept;
}

const isOrigin = (value: string): boolean => /^(https?:\/\/)?[\w.-]+(:\d+)?$/i.test(value);

/** Where a provider gives tokens: one address, or one for each kind of token. */
export const tokenUrlTemplate = (
  { token_url: url }: Pick<Provider, 'token_url'>,
  kind: 'OAUTH2' | 'APP' = 'OAUTH2',
): string | undefined => (typeof url === 'object' ? url[kind] : url);

/**
 * An address that must be complete.
 * @param what names the address in errors, such as `authorization_url`
 * @throws AppError `provider_config_err` when the catalogue has none, `url_param_err` when values are missing or spoil it
 */
export const addressOf = (template: string | undefined, config: Config, what: string, encode?: Encode): string =>
  addressIn(scopeOf(config), template, what, encode);

/** An address from other values than the connection's configuration alone. Errors as of `addressOf`. */
export function addressIn(scope: Scope, template: string | undefined, what: string, encode?: Encode): string {
  if (template === undefined) throw new AppError('provider_config_err', `the catalogue entry has no ${what}`);
  const filled = fillAddressIn(scope, template, encode);
  if (!filled.ok) throw missingParams(filled.missing, what);
  if (URL.canParse(filled.value)) return filled.value;
  const names = templateOf(template).references.map(plainName).join(', ');
  throw new AppError('url_param_err', `the values given do not make a valid address of ${what}; check ${names}`);
}

/** The address of a token endpoint. Errors as of `addressOf`. */
export function tokenAddress(
  { token_url_skip_encode: raw }: Pick<Provider, 'token_url_skip_encode'>,
  template: string | undefined,
  config: Config,
): string {
  return addressOf(template, config, 'token_url', raw?.includes('base_url') ? (value) => value : undefined);
}

/** The error that asks for values by the names of the frontend SDK's `params`. */
export const missingParams = (missing: readonly string[], what: string): AppError =>
  new AppError(
    'url_param_err',
    `${what} needs values that were not given: ${missing.map(plainName).join(', ')}. Pass them in params, or in the ` +
      'connection_config of the connect session',
    { payload: { missing: missing.map(plainName) } },
  );

const plainName = (name: string): string => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name);
