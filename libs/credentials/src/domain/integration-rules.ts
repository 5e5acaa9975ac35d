import type { IntegrationCredentials } from '#libs/auth-modes';
import type { ErrorIssue } from '#libs/kernel';
import { type InputField, inputIssues } from '#libs/providers';

/** What integrations need to know of a provider. */
export interface ProviderRules {
  readonly auth_mode: string;
  readonly integration_config?: Readonly<Record<string, InputField>> | undefined;
  readonly client_registration?: string | undefined;
}

interface Given {
  readonly credentials?: IntegrationCredentials | undefined;
  readonly integrationConfig?: Readonly<Record<string, string>> | undefined;
  readonly custom?: Readonly<Record<string, string>> | undefined;
}

/** Modes in which a developer registers an app with the provider before anybody can connect. */
const NEED_CREDENTIALS = new Set(['OAUTH1', 'OAUTH2', 'APP', 'CUSTOM']);

const issue = (message: string, ...path: string[]): ErrorIssue => ({ code: 'custom', message, path });

/** What is wrong with the settings of a new integration, or with changes to one (spec/api.md §3.2). */
export function integrationIssues(provider: ProviderRules, given: Given, isNew: boolean): ErrorIssue[] {
  return [...credentialIssues(provider, given.credentials, isNew), ...settingIssues(provider.integration_config, given)];
}

/** Clients of MCP servers register themselves, or are known by an address, unless the catalogue says otherwise. */
const needsCredentials = ({ auth_mode: mode, client_registration: registration }: ProviderRules): boolean =>
  NEED_CREDENTIALS.has(mode) || (mode === 'MCP_OAUTH2' && registration === 'static');

function credentialIssues(
  provider: ProviderRules,
  credentials: IntegrationCredentials | undefined,
  isNew: boolean,
): ErrorIssue[] {
  const { auth_mode: authMode } = provider;
  if (!credentials) {
    return isNew && needsCredentials(provider) ? [issue(`required by providers of type ${authMode}`, 'credentials')] : [];
  }
  return credentials.type === authMode ? [] : [issue(`must be ${authMode}, as the provider's`, 'credentials', 'type')];
}

function settingIssues(fields: ProviderRules['integration_config'], { integrationConfig, custom }: Given): ErrorIssue[] {
  const issues: ErrorIssue[] = [];
  if (custom && fields) issues.push(issue('this provider takes its settings in integration_config', 'custom'));
  if (!integrationConfig) return issues;
  const unknown = Object.keys(integrationConfig).filter((name) => !(fields && Object.hasOwn(fields, name)));
  return [
    ...issues,
    ...unknown.map((name) => issue('the provider declares no such field', 'integration_config', name)),
    ...inputIssues(fields ?? {}, integrationConfig, ['integration_config']),
  ];
}

/** Credentials after a change: what is not given stays; an empty webhook secret removes the stored one. */
export function mergeCredentials(
  stored: IntegrationCredentials | null,
  given: IntegrationCredentials | undefined,
): IntegrationCredentials | null {
  if (!given) return stored;
  const kept = stored?.type === given.type ? stored : {};
  const merged: Record<string, string | null | undefined> & { type: string } = { ...kept, ...given };
  if (merged['webhook_secret'] === '') merged['webhook_secret'] = null;
  return merged;
}
