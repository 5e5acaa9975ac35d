import type { AuthMode, AuthSubject, BeginRequest, Begun, Credentials, FinishRequest, Minted } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { textOf, type TokenHttp } from '#libs/token-http';
import { demandConsent, noAccess } from '../oauth2/domain/callback-code.js';
import { installationPage, installationToken } from './installation.js';

/** A GitHub App, acting for itself where it is installed (spec/auth.md §2.9). */
export class AppMode implements AuthMode {
  constructor(private readonly http: TokenHttp) {}

  async begin(subject: AuthSubject, request: BeginRequest): Promise<Begun> {
    return installationPage(subject, request);
  }

  async finish(subject: AuthSubject, { query }: FinishRequest): Promise<Minted> {
    demandConsent(query);
    if (query['setup_action'] === 'request') {
      throw new AppError(
        'callback_err',
        'The installation has to be approved by an owner of the organization: connect again after that',
      );
    }
    const installationId = query['installation_id'];
    if (!installationId) throw noAccess(query, 'it came back without installation_id');
    return installationToken(this.http, subject, installationId, 'token_err');
  }

  isRenewable({ connectionConfig }: AuthSubject): boolean {
    return textOf(connectionConfig['installation_id']) !== undefined;
  }

  async refresh(subject: AuthSubject, _credentials: Credentials): Promise<Minted | null> {
    const installationId = textOf(subject.connectionConfig['installation_id']);
    if (installationId === undefined) return null;
    return installationToken(this.http, subject, installationId, 'refresh_token_external_error');
  }
}
