import {
  type AuthMode,
  type AuthSubject,
  type BeginRequest,
  type Begun,
  type FinishRequest,
  type Minted,
  scopesOf,
} from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { oauth1Header, type Oauth1Request } from '#libs/signing';
import {
  addressOf,
  type Answer,
  clientOf,
  requestTokenFields,
  textOf,
  tokenError,
  type TokenHttp,
  tokenMetadata,
  type TokenRequest,
  tokenUrlTemplate,
} from '#libs/token-http';
import { callbackMetadata } from '../oauth2/domain/connection-settings.js';
import { authorizeUrlOf, callbackWithState, verifierOf } from './domain/oauth1-steps.js';

type Params = Readonly<Record<string, unknown>> | undefined;

interface Step {
  readonly url: string;
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly params: Params;
  readonly token?: Oauth1Request['token'];
  readonly extraParams: Oauth1Request['extraParams'];
}

/** OAuth 1.0a in three legs (spec/auth.md §2.6). Its tokens do not end, and are never renewed. */
export class OAuth1Mode implements AuthMode {
  constructor(private readonly http: TokenHttp) {}

  async begin(subject: AuthSubject, request: BeginRequest): Promise<Begun> {
    const { provider, connectionConfig } = subject;
    const callback = callbackWithState(request);
    const answer = await this.#ask(subject, {
      url: addressOf(provider.request_url, connectionConfig, 'request_url'),
      method: provider.request_http_method ?? 'POST',
      params: provider.request_params,
      extraParams: { oauth_callback: callback },
    });
    const { key, secret } = answer;
    const url = authorizeUrlOf(provider, { requestToken: key, callback, scopes: scopesOf(subject), request, connectionConfig });
    return { url, memory: { requestToken: key, requestTokenSecret: secret } };
  }

  async finish(subject: AuthSubject, { query, memory }: FinishRequest): Promise<Minted> {
    const { provider, connectionConfig } = subject;
    const secret = textOf(memory['requestTokenSecret']);
    const key = textOf(memory['requestToken']);
    if (secret === undefined || key === undefined) throw new AppError('state_err', 'the sign-in was not begun here: start again');
    const verifier = verifierOf(query, key);
    const {
      key: token,
      secret: tokenSecret,
      raw,
    } = await this.#ask(subject, {
      url: addressOf(tokenUrlTemplate(provider), connectionConfig, 'token_url'),
      method: provider.token_http_method ?? 'POST',
      params: provider.token_params,
      token: { key, secret },
      extraParams: { oauth_verifier: verifier },
    });
    return {
      credentials: { type: 'OAUTH1', oauth_token: token, oauth_token_secret: tokenSecret, raw },
      connectionConfig: { ...tokenMetadata(provider, raw), ...callbackMetadata(provider, query) },
    };
  }

  /** A pair of token and secret, for a signed request. */
  async #ask(subject: AuthSubject, step: Step): Promise<{ key: string; secret: string; raw: Answer }> {
    const request = signed(subject, step);
    const raw = await requestTokenFields(this.http, request, 'token_err');
    const key = textOf(raw['oauth_token']);
    const secret = textOf(raw['oauth_token_secret']);
    if (key !== undefined && secret !== undefined) return { key, secret, raw };
    const description = textOf(raw['oauth_problem']) ?? 'its answer holds no oauth_token with its secret';
    throw tokenError('token_err', { description, permanent: false }, request);
  }
}

function signed(subject: AuthSubject, { url: address, method, params, token, extraParams }: Step): TokenRequest {
  const { id, secret = '' } = clientOf(subject);
  const url = new URL(address);
  for (const [name, value] of Object.entries(params ?? {})) url.searchParams.set(name, textOf(value) ?? '');
  const authorization = oauth1Header({
    method,
    url: url.href,
    consumer: { key: id, secret },
    token,
    signatureMethod: subject.provider.signature_method ?? 'HMAC-SHA1',
    extraParams,
  });
  return {
    url: url.href,
    method,
    headers: { authorization, accept: '*/*' },
    secrets: [secret, ...(token ? [token.secret] : [])],
  };
}
