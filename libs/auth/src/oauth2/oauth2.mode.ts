import {
  type AuthMode,
  type AuthSubject,
  type BeginRequest,
  type Begun,
  type Credentials,
  type FinishRequest,
  type Minted,
  scopesOf,
} from '#libs/auth-modes';
import {
  clientOf,
  clientOfCredentials,
  failureOf,
  fieldsOf,
  fillAddress,
  missingParams,
  type OAuthClient,
  requestToken,
  textOf,
  tokenAddress,
  tokenError,
  type TokenHttp,
  tokenMetadata,
  tokenUrlTemplate,
} from '#libs/token-http';
import { authorizeUrl } from './domain/authorize-url.js';
import { callbackCode } from './domain/callback-code.js';
import { callbackMetadata, withOverrides } from './domain/connection-settings.js';
import { credentialsOfAnswer } from './domain/credentials-of-answer.js';
import { codeChallenge, codeVerifier } from './domain/pkce.js';
import { exchangeFields, refreshFields, type TokenCall, tokenRequestOf } from './domain/token-call.js';
import type { OAuth2Dialect } from './oauth2-dialect.js';

/** OAuth 2 with an authorization code (spec/auth.md §2.5, §3): what the catalogue describes, and a provider's own dialect. */
export class OAuth2Mode implements AuthMode {
  constructor(
    private readonly http: TokenHttp,
    private readonly dialect: OAuth2Dialect = {},
  ) {}

  async begin(subject: AuthSubject, request: BeginRequest): Promise<Begun> {
    const { provider, connectionConfig } = subject;
    demandTokenUrl(subject);
    const verifier = provider.disable_pkce ? undefined : codeVerifier();
    const url = authorizeUrl(provider, {
      ...request,
      connectionConfig,
      clientId: clientOf(subject).id,
      scopes: scopesOf(subject),
      codeChallenge: verifier && codeChallenge(verifier),
    });
    return { url, memory: verifier === undefined ? {} : { codeVerifier: verifier } };
  }

  async finish(subject: AuthSubject, { callbackUrl, memory, query }: FinishRequest): Promise<Minted> {
    const { provider, connectionConfig: given } = subject;
    const code = callbackCode(provider, query);
    const fromCallback = callbackMetadata(provider, query);
    const connectionConfig = { ...given, ...fromCallback };
    const minted = await this.tokens(
      { ...subject, connectionConfig },
      {
        grant: 'authorization_code',
        url: tokenAddress(provider, tokenUrlTemplate(provider), connectionConfig),
        client: clientOf(subject),
        fields: exchangeFields(provider, connectionConfig, { code, callbackUrl, codeVerifier: textOf(memory['codeVerifier']) }),
        connectionConfig,
        query,
        callbackUrl,
      },
    );
    const fromToken = tokenMetadata(provider, minted.credentials['raw']);
    return withOverrides({ ...minted, connectionConfig: { ...fromToken, ...fromCallback, ...minted.connectionConfig } }, given);
  }

  async refresh(subject: AuthSubject, credentials: Credentials): Promise<Minted | null> {
    const { provider, connectionConfig } = subject;
    const refreshToken = textOf(credentials['refresh_token']);
    if (refreshToken === undefined) return null;
    return this.tokens(subject, {
      grant: 'refresh_token',
      url: tokenAddress(provider, provider.refresh_url ?? tokenUrlTemplate(provider), connectionConfig),
      client: clientOfCredentials(subject, credentials),
      fields: refreshFields(provider, connectionConfig, refreshToken),
      connectionConfig,
      query: {},
      previous: credentials,
    });
  }

  isRenewable(_subject: AuthSubject, credentials: Credentials): boolean {
    return textOf(credentials['refresh_token']) !== undefined;
  }

  /** Calls a token endpoint. Errors as of `AuthMode.finish` and `AuthMode.refresh`. */
  async tokens(subject: AuthSubject, call: TokenCall): Promise<Minted> {
    const code = call.grant === 'refresh_token' ? 'refresh_token_external_error' : 'token_err';
    const request = await (this.dialect.request?.(call) ?? tokenRequestOf(subject.provider, call));
    const { status, body } = await requestToken(this.http, request, code);
    const answer = this.dialect.answer?.(fieldsOf(body), call) ?? fieldsOf(body);
    const failure = failureOf({ status, body: answer });
    if (failure) throw tokenError(code, failure, request);
    const credentials = credentialsOfAnswer(answer, subject.provider, {
      now: new Date(),
      raw: body,
      lifetimeS: this.dialect.lifetimeS,
      previous: call.previous,
    });
    if (!credentials)
      throw tokenError(code, { status, description: 'its answer holds no access token', permanent: false }, request);
    return (await this.dialect.complete?.({ credentials }, contextOf(subject, call))) ?? { credentials };
  }
}

const contextOf = (subject: AuthSubject, call: TokenCall): { subject: AuthSubject; client: OAuthClient; call: TokenCall } => ({
  subject,
  client: call.client,
  call,
});

/**
 * What the token URL lacks is asked for before the user is sent away, except what the provider itself will tell on the way back.
 * @throws AppError `url_param_err`
 */
function demandTokenUrl({ provider, connectionConfig }: AuthSubject): void {
  const template = tokenUrlTemplate(provider);
  const filled = template === undefined ? undefined : fillAddress(template, connectionConfig);
  if (!filled || filled.ok) return;
  const told = new Set([...(provider.redirect_uri_metadata ?? []), provider.authorization_code_param_in_callback]);
  const missing = filled.missing.map((name) => name.replace('connectionConfig.', ''));
  if (!missing.some((name) => told.has(name))) throw missingParams(filled.missing, 'token_url');
}
