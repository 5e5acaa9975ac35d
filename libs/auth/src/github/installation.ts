import type { AuthSubject, BeginRequest, Begun, Credentials, Minted } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import {
  addressOf,
  answered,
  failureOf,
  fieldsOf,
  momentOf,
  textOf,
  tokenError,
  type TokenErrorCode,
  type TokenHttp,
  tokenUrlTemplate,
} from '#libs/token-http';
import { appId, appJwt } from './app-jwt.js';

/**
 * Where a user installs the App.
 * @throws AppError `provider_config_err` when the integration does not name the App's page
 */
export function installationPage({ provider, integration, connectionConfig }: AuthSubject, { state }: BeginRequest): Begun {
  const link = textOf(integration.credentials?.['app_link']);
  if (link === undefined) {
    throw new AppError(
      'provider_config_err',
      `the integration ${integration.uniqueKey} has no app_link: set the App's public page`,
    );
  }
  const config = { ...connectionConfig, appPublicLink: link.replace(/\/+$/, '') };
  const url = new URL(addressOf(provider.authorization_url, config, 'authorization_url', (value) => value));
  url.searchParams.set('state', state);
  return { url: url.href, memory: {} };
}

/**
 * A token for an installation of the App (spec/auth.md §2.9).
 * @throws AppError `code`; permanent when the installation is gone
 */
export async function installationToken(
  http: TokenHttp,
  subject: AuthSubject,
  installationId: string,
  code: TokenErrorCode,
): Promise<Minted> {
  const { provider, integration } = subject;
  const jwtToken = await appJwt(subject, new Date());
  const config = { ...subject.connectionConfig, installation_id: installationId };
  const request = {
    url: addressOf(tokenUrlTemplate(provider, 'APP'), config, 'token_url'),
    headers: { authorization: `Bearer ${jwtToken}`, accept: 'application/vnd.github.v3+json' },
  };
  const reply = await answered(http, request, code);
  const failure = failureOf(reply);
  // An installation that was removed is not found any more.
  if (failure) throw tokenError(code, { ...failure, permanent: failure.permanent || failure.status === 404 }, request);
  const raw = fieldsOf(reply.body);
  const token = textOf(raw['token']);
  if (token === undefined) throw tokenError(code, { description: 'its answer holds no token', permanent: false }, request);
  return {
    credentials: appCredentials(token, raw, jwtToken),
    connectionConfig: { jwtToken, app_id: appId(integration), installation_id: installationId },
  };
}

function appCredentials(token: string, raw: Readonly<Record<string, unknown>>, jwtToken: string): Credentials {
  const expiry = momentOf(raw['expires_at']);
  return { type: 'APP', access_token: token, ...(expiry && { expires_at: expiry.toISOString() }), raw, jwtToken };
}

/** The App's own proof, which lives for ten minutes, renewed without the token (`refresh_github_app_jwt_token`, spec/auth.md §2.9). */
export async function renewAppJwt(subject: AuthSubject, credentials: Credentials): Promise<Minted> {
  const jwtToken = await appJwt(subject, new Date());
  return { credentials: { ...credentials, jwtToken }, connectionConfig: { jwtToken } };
}
