import type { AuthSubject, Minted } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import {
  expiryOfAnswer,
  fieldsOf,
  type OAuthClient,
  requestTokenFields,
  textOf,
  tokenAddress,
  type TokenErrorCode,
  type TokenHttp,
  tokenUrlTemplate,
} from '#libs/token-http';
import type { OAuth2Dialect } from '../oauth2/oauth2-dialect.js';

/** A token beside the connection's own, kept in its configuration. */
export interface SecondToken {
  readonly access_token: string | undefined;
  readonly expires_at?: string | undefined;
  /** Whose API it opens. */
  readonly resource: string;
}

export interface SecondTokenRequest {
  readonly url: string;
  readonly client: OAuthClient;
  readonly resource: string;
  /** Absent: the client asks for itself. */
  readonly refreshToken?: string | undefined;
}

/** Asks Microsoft for a token of another resource. Errors as of `requestTokenFields`. */
export async function secondToken(http: TokenHttp, asked: SecondTokenRequest, code: TokenErrorCode): Promise<SecondToken> {
  const { url, client, resource, refreshToken } = asked;
  const grant =
    refreshToken === undefined
      ? { grant_type: 'client_credentials' }
      : { grant_type: 'refresh_token', refresh_token: refreshToken };
  const form = {
    client_id: client.id,
    ...(client.secret !== undefined && { client_secret: client.secret }),
    ...grant,
    scope: `${resource}/.default`,
  };
  const answer = await requestTokenFields(http, { url, form }, code);
  return {
    access_token: textOf(answer['access_token']),
    expires_at: expiryOfAnswer(answer, new Date())?.toISOString(),
    resource,
  };
}

/**
 * OneDrive and SharePoint: Graph's token does not open a tenant's own site. The site is found after the connection is made; from then
 * on its token is renewed alongside (spec/auth.md §2.3).
 */
export const sharepointDialect = (http: TokenHttp): OAuth2Dialect => ({
  complete: async (minted, { subject, client, call }) => {
    const resource = textOf(fieldsOf(subject.connectionConfig['sharepointAccessToken'])['resource']);
    const refreshToken = textOf(minted.credentials['refresh_token']);
    if (call.grant !== 'refresh_token' || resource === undefined || refreshToken === undefined) return minted;
    return alongside(
      minted,
      'sharepointAccessToken',
      secondToken(http, { url: call.url, client, resource, refreshToken }, RENEWAL),
    );
  },
});

const RENEWAL = 'refresh_token_external_error';
const BOT_FRAMEWORK = 'https://api.botframework.com';

/** Teams bots: the Bot Framework has a token of its own, which the client asks for by itself. */
export const teamsBotDialect = (http: TokenHttp): OAuth2Dialect => ({
  complete: async (minted, { subject, client, call }) => {
    const asked = { url: botTokenUrl(subject), client, resource: BOT_FRAMEWORK };
    if (call.grant === 'refresh_token') return alongside(minted, 'botFrameworkAccessToken', secondToken(http, asked, RENEWAL));
    return withSecond(minted, 'botFrameworkAccessToken', await secondToken(http, asked, 'token_err'));
  },
});

const botTokenUrl = ({ provider, connectionConfig }: AuthSubject): string =>
  new URL('/botframework.com/oauth2/v2.0/token', tokenAddress(provider, tokenUrlTemplate(provider), connectionConfig)).href;

/** The renewed token must not be lost because the second one is not to be had: it stays as it is until the next time. */
async function alongside(minted: Minted, name: string, second: Promise<SecondToken>): Promise<Minted> {
  try {
    return withSecond(minted, name, await second);
  } catch (error) {
    if (error instanceof AppError) return minted;
    throw error;
  }
}

/** Credentials are due when the sooner of both tokens is. */
function withSecond({ credentials, connectionConfig }: Minted, name: string, token: SecondToken): Minted {
  const ends = [credentials['expires_at'], token.expires_at].filter((end) => typeof end === 'string');
  const [sooner] = ends.toSorted();
  return {
    credentials: sooner === undefined ? credentials : { ...credentials, expires_at: sooner },
    connectionConfig: { ...connectionConfig, [name]: token },
  };
}
