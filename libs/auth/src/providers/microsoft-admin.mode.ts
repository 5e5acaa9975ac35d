import type { AuthMode, AuthSubject, BeginRequest, Begun, Credentials, FinishRequest, Minted } from '#libs/auth-modes';
import {
  clientOf,
  clientOfCredentials,
  type OAuthClient,
  tokenAddress,
  type TokenHttp,
  tokenUrlTemplate,
} from '#libs/token-http';
import { callbackCode } from '../oauth2/domain/callback-code.js';
import type { TokenCall } from '../oauth2/domain/token-call.js';
import { OAuth2Mode } from '../oauth2/oauth2.mode.js';

const SCOPE = 'https://graph.microsoft.com/.default';

/** An administrator's consent: the callback names a tenant instead of a code, and the client then asks for itself (spec/auth.md §2.3). */
export class MicrosoftAdminMode implements AuthMode {
  readonly #oauth: OAuth2Mode;

  constructor(http: TokenHttp) {
    this.#oauth = new OAuth2Mode(http);
  }

  begin(subject: AuthSubject, request: BeginRequest): Promise<Begun> {
    return this.#oauth.begin(subject, request);
  }

  async finish(subject: AuthSubject, { query, callbackUrl }: FinishRequest): Promise<Minted> {
    const tenantId = callbackCode(subject.provider, query);
    const connectionConfig = { ...subject.connectionConfig, tenantId };
    const call = { query, callbackUrl, grant: 'authorization_code' as const };
    const minted = await this.#ask({ ...subject, connectionConfig }, clientOf(subject), call);
    return { ...minted, connectionConfig: { tenantId } };
  }

  /** Needs no refresh token: the client asks for itself again. */
  refresh(subject: AuthSubject, credentials: Credentials): Promise<Minted> {
    const call = { query: {}, previous: credentials, grant: 'refresh_token' as const };
    return this.#ask(subject, clientOfCredentials(subject, credentials), call);
  }

  #ask(
    subject: AuthSubject,
    client: OAuthClient,
    call: Pick<TokenCall, 'grant' | 'query' | 'callbackUrl' | 'previous'>,
  ): Promise<Minted> {
    const { provider, connectionConfig } = subject;
    const url = tokenAddress(provider, tokenUrlTemplate(provider), connectionConfig);
    const fields = { grant_type: 'client_credentials', scope: SCOPE };
    return this.#oauth.tokens(subject, { ...call, url, client, connectionConfig, fields });
  }
}
