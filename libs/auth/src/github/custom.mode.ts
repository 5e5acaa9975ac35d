import {
  type AuthMode,
  type AuthSubject,
  type BeginRequest,
  type Begun,
  type Credentials,
  type FinishRequest,
  type Minted,
  tokenFreshness,
} from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { fieldsOf, textOf, type TokenHttp } from '#libs/token-http';
import { noAccess } from '../oauth2/domain/callback-code.js';
import { OAuth2Mode } from '../oauth2/oauth2.mode.js';
import { appId } from './app-jwt.js';
import { installationPage, installationToken } from './installation.js';
import { demandOwnInstallation } from './user-installations.js';

const WITHOUT_USER =
  'it came back without code; set the App to request user authorization (OAuth) during installation, so that it tells who installs it';

/**
 * A GitHub App that also acts for its users (spec/auth.md §2.10): their token, and the installation's once there is one. Until then
 * the connection is pending.
 */
export class CustomMode implements AuthMode {
  readonly #oauth: OAuth2Mode;

  constructor(private readonly http: TokenHttp) {
    this.#oauth = new OAuth2Mode(http);
  }

  async begin(subject: AuthSubject, request: BeginRequest): Promise<Begun> {
    return installationPage(subject, request);
  }

  async finish(subject: AuthSubject, request: FinishRequest): Promise<Minted> {
    const { installation_id: installationId, code, error } = request.query;
    if (installationId && request.isVouchedFor) return this.#installed(subject, installationId);
    if (!code && !error) throw noAccess(request.query, WITHOUT_USER);
    const user = await this.#oauth.finish(subject, request);
    if (!installationId) {
      // The installation's webhook finds the connection by the App.
      return { ...user, connectionConfig: { ...user.connectionConfig, app_id: appId(subject.integration), pending: true } };
    }
    await demandOwnInstallation(this.http, subject, user.credentials, installationId);
    return this.#installed(subject, installationId, user);
  }

  async #installed(subject: AuthSubject, installationId: string, user?: Minted): Promise<Minted> {
    const app = await installationToken(this.http, subject, installationId, 'token_err');
    const known = user && { userCredentials: user.credentials };
    return {
      credentials: app.credentials,
      connectionConfig: { ...user?.connectionConfig, ...app.connectionConfig, ...known, pending: undefined },
    };
  }

  isRenewable({ connectionConfig }: AuthSubject, credentials: Credentials): boolean {
    const renewedWith = credentials.type === 'APP' ? connectionConfig['installation_id'] : credentials['refresh_token'];
    return textOf(renewedWith) !== undefined;
  }

  async refresh(subject: AuthSubject, credentials: Credentials): Promise<Minted | null> {
    if (credentials.type !== 'APP') return this.#oauth.refresh(subject, credentials);
    const installationId = textOf(subject.connectionConfig['installation_id']);
    if (installationId === undefined) return null;
    const app = await installationToken(this.http, subject, installationId, 'refresh_token_external_error');
    const user = await this.#renewedUser(subject);
    return user ? { ...app, connectionConfig: { ...app.connectionConfig, userCredentials: user.credentials } } : app;
  }

  /** The user's token goes along when it is due; that it cannot be had is no reason to lose the installation's. */
  async #renewedUser(subject: AuthSubject): Promise<Minted | null> {
    const user = { type: 'OAUTH2', ...fieldsOf(subject.connectionConfig['userCredentials']) };
    if (tokenFreshness(user, subject.provider, new Date()) !== 'due') return null;
    try {
      return await this.#oauth.refresh(subject, user);
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }
}
