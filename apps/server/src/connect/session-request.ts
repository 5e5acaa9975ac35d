import type { NewSession } from '#libs/connect';
import type { CreateReconnect, CreateSession } from './connect.dto.js';

type Shared = Omit<CreateSession, 'allowed_integrations'> | Omit<CreateReconnect, 'connection_id' | 'integration_id'>;

/** A request for a session in the terms of the lib: the organization belongs to the end user, a webhook address to the session. */
export function newSessionOf(body: Shared): Omit<NewSession, 'allowedIntegrations'> {
  const { end_user: endUser, organization, integrations_config_defaults: settings = {} } = body;
  const named = organization?.id ? organization : undefined;
  return {
    endUser: endUser ? { ...endUser, ...(named ? { organization: named } : {}) } : null,
    tags: endUser || !named ? body.tags : { ...organizationTags(named), ...body.tags },
    webhookUrlOverride: (body.webhook_url_override ?? webhookUrlIn(settings)) || null,
    defaults: Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, withoutWebhookUrl(value)])),
    overrides: body.overrides,
  };
}

const organizationTags = ({
  id,
  display_name: name,
}: {
  id: string;
  display_name?: string | undefined;
}): Record<string, string> => ({
  organization_id: id,
  ...(name ? { organization_display_name: name } : {}),
});

type Settings = NonNullable<CreateSession['integrations_config_defaults']>;

/** Its place before sessions had a field for it (spec/api.md §3.5). */
const webhookUrlIn = (settings: Settings): string | undefined =>
  Object.values(settings).find(({ connection_config: config }) => config?.webhook_url)?.connection_config?.webhook_url;

function withoutWebhookUrl({ connection_config: config, ...rest }: Settings[string]): Settings[string] {
  if (!config) return rest;
  const { webhook_url: _lifted, ...kept } = config;
  return { ...rest, connection_config: kept };
}
