import type { Credentials } from '#libs/auth-modes';
import { AppError, type ErrorIssue } from '#libs/kernel';
import { type InputField, inputIssues } from '#libs/providers';
import type { ImportedCredentials } from './imported-credentials.js';

/** What an import needs to know of a provider. */
export interface ImportRules {
  readonly auth_mode: string;
  readonly credentials?: Readonly<Record<string, InputField>> | undefined;
  readonly connection_config?: Readonly<Record<string, InputField>> | undefined;
}

type Config = Readonly<Record<string, unknown>>;

/** What is wrong with imported credentials for this provider, field by field. */
export function importIssues(provider: ImportRules, credentials: ImportedCredentials, config: Config): ErrorIssue[] {
  const mode = provider.auth_mode;
  if (credentials.type !== mode) return [issue(`must be ${mode}, as the provider's`, 'credentials', 'type')];
  const missing =
    mode === 'TBA' && typeof config['accountId'] !== 'string'
      ? [issue('required by providers of type TBA', 'connection_config', 'accountId')]
      : [];
  return [
    ...missing,
    ...inputIssues(provider.credentials ?? {}, credentials, ['credentials']),
    ...inputIssues(provider.connection_config ?? {}, config, ['connection_config']),
  ];
}

const issue = (message: string, ...path: string[]): ErrorIssue => ({ code: 'custom', message, path });

/** What is stored: imported fields, and `raw` where the type shows the provider's answer (spec/auth.md §2.2). */
export function storedCredentials(given: ImportedCredentials): Credentials {
  switch (given.type) {
    case 'OAUTH2': {
      const { type, config_override: override, ...token } = given;
      return { type, ...token, ...(override ? { config_override: override } : {}), raw: token };
    }
    case 'OAUTH2_CC': {
      const { token, expires_at: expiresAt } = given;
      return { ...given, raw: { token, ...(expiresAt === undefined ? {} : { expires_at: expiresAt }) } };
    }
    case 'OAUTH1': {
      const { oauth_token, oauth_token_secret } = given;
      return { ...given, raw: { oauth_token, oauth_token_secret } };
    }
    default:
      return given;
  }
}

/** Types that never change: only the provider can tell whether they still hold (spec/auth.md §2.4). */
const TESTED = new Set(['API_KEY', 'BASIC', 'TBA']);

export const isTested = (credentials: Credentials): boolean => TESTED.has(credentials.type);

/** Types made here of what a user typed: that it was right shows when the provider sees it first. */
const MADE_HERE = new Set(['JWT', 'SIGNATURE']);

/** Whether the provider is asked about credentials before they are saved. */
export const isTriedFirst = (credentials: Credentials): boolean => isTested(credentials) || MADE_HERE.has(credentials.type);

/** @throws AppError `invalid_body` with these issues, if there are any */
export function refuseIssues(issues: readonly ErrorIssue[]): void {
  if (issues.length > 0) throw new AppError('invalid_body', '', { issues });
}
