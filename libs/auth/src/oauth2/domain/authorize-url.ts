import type { AuthSubject } from '#libs/auth-modes';
import type { Provider } from '#libs/providers';
import { addressOf, fillParam, missingParams } from '#libs/token-http';

type Texts = Readonly<Record<string, string>>;

/** What the authorize call is made of beside the catalogue entry. */
export interface AuthorizeFacts {
  readonly clientId: string;
  readonly callbackUrl: string;
  readonly state: string;
  readonly scopes: readonly string[];
  readonly connectionConfig: AuthSubject['connectionConfig'];
  readonly codeChallenge?: string | undefined;
  /** Of the request or the connect session: they win; the text `undefined` takes a parameter away. */
  readonly authorizationParams?: Texts | undefined;
  /** Comma separated. */
  readonly userScope?: string | undefined;
}

type Rules = Pick<
  Provider,
  | 'authorization_url'
  | 'authorization_params'
  | 'authorization_url_skip_encode'
  | 'authorization_url_fragment'
  | 'authorization_url_replacements'
  | 'authorization_url_skip_empty'
  | 'connection_config'
  | 'scope_separator'
>;

/**
 * Where the browser is sent to ask the user (spec/auth.md §3.3).
 * @throws AppError `url_param_err` naming the values that are missing, `provider_config_err`
 */
export function authorizeUrl(provider: Rules, facts: AuthorizeFacts): string {
  const encode = provider.authorization_url_skip_encode?.includes('base_url') ? (value: string) => value : undefined;
  const url = new URL(addressOf(provider.authorization_url, facts.connectionConfig, 'authorization_url', encode));
  const params = new Map([...url.searchParams, ...standardParams(provider, facts), ...templateParams(provider, facts)]);
  for (const [name, value] of Object.entries(facts.authorizationParams ?? {})) {
    if (value === 'undefined') params.delete(name);
    else params.set(name, value);
  }
  const hash = url.hash;
  url.search = '';
  url.hash = '';
  return dressed(provider, url.href, params, hash);
}

function standardParams(provider: Rules, facts: AuthorizeFacts): [string, string][] {
  const params: [string, string][] = [
    ['response_type', 'code'],
    ['client_id', facts.clientId],
    ['redirect_uri', facts.callbackUrl],
  ];
  if (facts.scopes.length > 0) params.push(['scope', facts.scopes.join(provider.scope_separator ?? ' ')]);
  params.push(['state', facts.state]);
  if (facts.codeChallenge !== undefined) params.push(['code_challenge', facts.codeChallenge], ['code_challenge_method', 'S256']);
  if (facts.userScope) params.push(['user_scope', facts.userScope]);
  return params;
}

/** Parameters whose values may all be left out are left out with them; others must be given. */
function templateParams(provider: Rules, { connectionConfig }: AuthorizeFacts): [string, string][] {
  return Object.entries(provider.authorization_params ?? {}).flatMap(([name, template]): [string, string][] => {
    const filled = fillParam(template, connectionConfig);
    if (filled.ok) return [[name, filled.value]];
    const needed = filled.missing.filter(
      (missing) => !provider.connection_config?.[missing.replace('connectionConfig.', '')]?.optional,
    );
    if (needed.length > 0) throw missingParams(needed, `authorization_params.${name}`);
    return [];
  });
}

/** What providers ask for beyond the standard, in the order the format defines. */
function dressed(provider: Rules, base: string, params: ReadonlyMap<string, string>, hash: string): string {
  const isRaw = (name: string) => name === 'scope' && (provider.authorization_url_skip_encode?.includes('scopes') ?? false);
  const query = [...params].map(([name, value]) => `${encoded(name)}=${isRaw(name) ? value : encoded(value)}`).join('&');
  const fragment = provider.authorization_url_fragment;
  let url = fragment === undefined ? `${base}?${query}${hash}` : `${base}#${fragment}?${query}`;
  for (const [from, to] of Object.entries(provider.authorization_url_replacements ?? {})) url = url.replace(from, () => to);
  return withoutPairs(url, (name, value) => name === '' || (value === '' && provider.authorization_url_skip_empty === true));
}

/** A space is `%20`: not every provider reads `+` as one. */
const encoded = (text: string): string => encodeURIComponent(text);

/** Replacing a parameter's name by nothing, as Monday's entry does, leaves a value without a name. */
function withoutPairs(url: string, isDropped: (name: string, value: string) => boolean): string {
  const start = url.indexOf('?');
  if (start < 0) return url;
  const [, query = '', hash = ''] = /^([^#]*)(#.*)?$/.exec(url.slice(start + 1)) ?? [];
  const kept = query.split('&').filter((pair) => {
    const equals = pair.indexOf('=');
    return !isDropped(pair.slice(0, equals), pair.slice(equals + 1));
  });
  return `${url.slice(0, start)}?${kept.join('&')}${hash}`;
}
