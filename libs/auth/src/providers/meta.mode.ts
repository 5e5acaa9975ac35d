import type { AuthMode, AuthSubject, BeginRequest, Begun, Credentials, FinishRequest, Minted } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import {
  type Answer,
  clientOf,
  clientOfCredentials,
  fieldsOf,
  type OAuthClient,
  requestTokenFields,
  textOf,
  tokenAddress,
  tokenError,
  type TokenErrorCode,
  type TokenHttp,
  type TokenRequest,
  tokenUrlTemplate,
} from '#libs/token-http';
import { credentialsOfAnswer } from '../oauth2/domain/credentials-of-answer.js';
import { OAuth2Mode } from '../oauth2/oauth2.mode.js';

/** How one of Meta's APIs turns a token into one that lives for sixty days, and such a one into the next. */
interface Longer {
  readonly first: (subject: AuthSubject, client: OAuthClient, token: string) => TokenRequest;
  readonly next: (subject: AuthSubject, client: OAuthClient, token: string) => TokenRequest;
  readonly lifetimeS?: number;
}

/**
 * Facebook, Instagram and Threads have no refresh tokens: the access token itself is exchanged for a longer one (spec/auth.md §2.3),
 * which works for as long as it is valid.
 */
export class MetaMode implements AuthMode {
  readonly #oauth: OAuth2Mode;

  constructor(
    private readonly http: TokenHttp,
    private readonly longer: Longer,
  ) {
    this.#oauth = new OAuth2Mode(http, { answer: firstOfList });
  }

  begin(subject: AuthSubject, request: BeginRequest): Promise<Begun> {
    return this.#oauth.begin(subject, request);
  }

  async finish(subject: AuthSubject, request: FinishRequest): Promise<Minted> {
    const minted = await this.#oauth.finish(subject, request);
    const short = textOf(minted.credentials['access_token']) ?? '';
    const asked = this.longer.first(subject, clientOf(subject), short);
    return { ...minted, credentials: await this.#exchanged(asked, minted.credentials, 'token_err') };
  }

  isRenewable(_subject: AuthSubject, credentials: Credentials): boolean {
    return textOf(credentials['access_token']) !== undefined;
  }

  async refresh(subject: AuthSubject, credentials: Credentials): Promise<Minted | null> {
    const token = textOf(credentials['access_token']);
    if (token === undefined) return null;
    const asked = this.longer.next(subject, clientOfCredentials(subject, credentials), token);
    return { credentials: await this.#exchanged(asked, credentials, 'refresh_token_external_error') };
  }

  /** What the first answer said of the user stays in `raw`: the others do not repeat it. */
  async #exchanged(request: TokenRequest, previous: Credentials, code: TokenErrorCode): Promise<Credentials> {
    const answer = await requestTokenFields(this.http, request, code);
    const raw = { ...fieldsOf(previous['raw']), ...answer };
    const credentials = credentialsOfAnswer(answer, {}, { now: new Date(), raw, lifetimeS: this.longer.lifetimeS, previous });
    if (!credentials) throw tokenError(code, { description: 'its answer holds no access token', permanent: false }, request);
    return credentials;
  }
}

/** Instagram's newer answers are a list of one. */
const firstOfList = (answer: Answer): Answer =>
  Array.isArray(answer['data']) ? { ...answer, ...fieldsOf(answer['data'][0]) } : answer;

const fbExchange = (
  { provider, connectionConfig }: AuthSubject,
  { id, secret = '' }: OAuthClient,
  token: string,
): TokenRequest => ({
  url: tokenAddress(provider, tokenUrlTemplate(provider), connectionConfig),
  method: 'GET',
  query: { grant_type: 'fb_exchange_token', client_id: id, client_secret: secret, fb_exchange_token: token },
});

export const FACEBOOK: Longer = { first: fbExchange, next: fbExchange };

/** Instagram (`ig`) and Threads (`th`) do the same at addresses of their own. */
export const instagramLike = (prefix: 'ig' | 'th'): Longer => ({
  first: (subject, { secret = '' }, token) => ({
    url: new URL('access_token', refreshUrl(subject)).href,
    method: 'GET',
    query: { grant_type: `${prefix}_exchange_token`, client_secret: secret, access_token: token },
  }),
  next: (subject, _client, token) => ({
    url: refreshUrl(subject),
    method: 'GET',
    query: { grant_type: `${prefix}_refresh_token`, access_token: token },
  }),
  lifetimeS: 3600,
});

function refreshUrl({ provider, connectionConfig }: AuthSubject): string {
  if (provider.refresh_url === undefined) {
    throw new AppError('provider_config_err', `the catalogue entry ${provider.name} has no refresh_url`);
  }
  return tokenAddress(provider, provider.refresh_url, connectionConfig);
}
