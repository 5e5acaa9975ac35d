import type { AuthSubject, Credentials } from '#libs/auth-modes';
import type { Provider } from '#libs/providers';
import { basicHeader, fillParam, type OAuthClient, privateKeyJwt, strictBasicHeader, type TokenRequest } from '#libs/token-http';

type Texts = Readonly<Record<string, string>>;
type Config = AuthSubject['connectionConfig'];

/** A call of a token endpoint, before it is known how the client proves itself and how the body is written. */
export interface TokenCall {
  readonly grant: 'authorization_code' | 'refresh_token';
  readonly url: string;
  readonly client: OAuthClient;
  readonly fields: Texts;
  readonly connectionConfig: Config;
  /** Of the callback; empty when a token is renewed. */
  readonly query: Texts;
  /** Absent when a token is renewed. */
  readonly callbackUrl?: string | undefined;
  /** What is renewed. */
  readonly previous?: Credentials | undefined;
}

/** Parameters from the catalogue; values that cannot be filled are left out, others than text are written as JSON. */
function catalogueParams(params: Readonly<Record<string, unknown>> | undefined, config: Config): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params ?? {}).flatMap(([name, value]): [string, string][] => {
      if (typeof value !== 'string') return [[name, JSON.stringify(value)]];
      const filled = fillParam(value, config);
      return filled.ok ? [[name, filled.value]] : [];
    }),
  );
}

interface CodeFacts {
  readonly code: string;
  readonly callbackUrl: string;
  readonly codeVerifier?: string | undefined;
}

/** Fields that exchange a code (spec/auth.md §3.4). */
export const exchangeFields = (
  { token_params: params }: Pick<Provider, 'token_params'>,
  config: Config,
  { code, callbackUrl, codeVerifier }: CodeFacts,
): Texts => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: callbackUrl,
  ...catalogueParams(params, config),
  ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }),
});

/** Fields that renew a token: `token_params` serve too, their grant type does not (spec/auth.md §11). */
export const refreshFields = (
  { token_params: params, refresh_params: own }: Pick<Provider, 'token_params' | 'refresh_params'>,
  config: Config,
  refreshToken: string,
): Texts => ({ ...catalogueParams(own ?? params, config), grant_type: 'refresh_token', refresh_token: refreshToken });

type Rules = Pick<Provider, 'authorization_method' | 'token_request_auth_method' | 'body_format'>;

/** The request of a call as the catalogue describes it (spec/auth.md §1.6). */
export async function tokenRequestOf(provider: Rules, { url, client, fields }: TokenCall): Promise<TokenRequest> {
  const proof = await proofOf(provider, client, url);
  return written(provider.body_format, url, { ...proof.fields, ...fields }, proof.headers);
}

interface Proof {
  readonly fields: Texts;
  readonly headers?: Texts;
}

/** How a client proves itself. `basic` sends id and secret twice, as written: in the header and in the body. */
async function proofOf(provider: Rules, client: OAuthClient, url: string): Promise<Proof> {
  const { id, secret = '' } = client;
  const inBody: Texts = { client_id: id, ...(secret === '' ? {} : { client_secret: secret }) };
  switch (provider.token_request_auth_method) {
    case 'basic':
      return { fields: inBody, headers: { authorization: basicHeader(id, secret) } };
    case 'custom':
      return { fields: { username: id, password: secret } };
    case 'private_key_jwt':
      return { fields: { client_id: id, ...(await privateKeyJwt(id, secret, url)) } };
    default:
      return provider.authorization_method === 'header'
        ? { fields: {}, headers: { authorization: strictBasicHeader(client) } }
        : { fields: inBody };
  }
}

/** Fields in the place a provider reads them from. */
export function written(format: Provider['body_format'], url: string, fields: Texts, headers: Texts = {}): TokenRequest {
  if (format === 'json') return { url, headers, json: fields };
  return format === 'query' ? { url, headers, query: fields } : { url, headers, form: fields };
}
