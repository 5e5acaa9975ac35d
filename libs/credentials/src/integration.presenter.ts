import type { Integration } from './credentials.types.js';
import { isoZulu } from './domain/dates.js';

/** What the presenter needs of a provider's catalogue entry. */
interface ShownProvider {
  readonly display_name: string;
  readonly auth_mode: string;
  readonly integration_config?: Readonly<Record<string, unknown>> | undefined;
  readonly webhook_routing_script?: string | undefined;
}

export interface IntegrationLinks {
  /** Address of the API, without a trailing slash. */
  readonly serverUrl: string;
  readonly environmentUuid: string;
}

export interface IntegrationInclude {
  readonly webhook?: boolean;
  /** Only for callers that may see them. */
  readonly credentials?: boolean;
}

const CLIENT_FIELDS = ['client_id', 'client_secret', 'scopes', 'webhook_secret'];

/** Fields of `credentials` by auth mode, in order; modes that are missing have none (spec/api.md §3.2). */
const CREDENTIAL_FIELDS: Readonly<Record<string, readonly string[]>> = {
  OAUTH1: CLIENT_FIELDS,
  OAUTH2: CLIENT_FIELDS,
  TBA: CLIENT_FIELDS,
  APP: ['app_id', 'private_key', 'app_link'],
  CUSTOM: ['client_id', 'client_secret', 'app_id', 'app_link', 'private_key'],
};

/** The public integration object (spec/api.md §3.2). @param provider undefined when the catalogue no longer has it */
export function toIntegration(
  integration: Integration,
  provider: ShownProvider | undefined,
  links: IntegrationLinks,
  include: IntegrationInclude = {},
): Record<string, unknown> {
  return {
    unique_key: integration.uniqueKey,
    provider: integration.provider,
    display_name: integration.displayName ?? provider?.display_name ?? integration.provider,
    logo: `${links.serverUrl}/images/template-logos/${integration.provider}.svg`,
    ...labels(integration, provider),
    ...(include.webhook ? { webhook_url: webhookUrl(integration, provider, links) } : {}),
    ...(include.credentials ? { credentials: shownCredentials(integration, provider?.auth_mode) } : {}),
    forward_webhooks: integration.forwardWebhooks,
    created_at: isoZulu(integration.createdAt),
    updated_at: isoZulu(integration.updatedAt),
  };
}

function labels({ custom }: Integration, provider: ShownProvider | undefined): Record<string, unknown> {
  const settings = provider?.integration_config;
  if (!settings) return {};
  const preset = provider.auth_mode === 'TWO_STEP' ? Object.keys(settings).filter((name) => custom[name]) : [];
  return {
    ...(custom['keyLabel'] ? { credentials_label: { apiKey: custom['keyLabel'] } } : {}),
    ...(preset.length > 0 ? { preconfigured_credentials: preset } : {}),
  };
}

function webhookUrl(integration: Integration, provider: ShownProvider | undefined, links: IntegrationLinks): string | null {
  if (!provider?.webhook_routing_script) return null;
  return `${links.serverUrl}/webhook/${links.environmentUuid}/${encodeURIComponent(integration.uniqueKey)}`;
}

function shownCredentials({ credentials }: Integration, authMode: string | undefined): Record<string, unknown> | null {
  const type = credentials?.type ?? authMode;
  const fields = type === undefined ? undefined : CREDENTIAL_FIELDS[type];
  return fields ? { type, ...Object.fromEntries(fields.map((name) => [name, credentials?.[name] ?? null])) } : null;
}
