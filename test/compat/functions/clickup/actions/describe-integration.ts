import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'What a function can learn of its surroundings',
  version: '1.0.0',
  input: z.void(),
  output: z.any(),
  exec: async (nango) => {
    const integration = await nango.getIntegration({ include: ['webhook'] });
    const webhookUrl = await nango.getWebhookURL();
    const token = await nango.getToken();
    const connection = await nango.getConnection();
    const fresh = await nango.getConnection(nango.providerConfigKey, nango.connectionId, { forceRefresh: false });
    const variables = await nango.getEnvironmentVariables();
    return {
      integration: { key: integration.unique_key, provider: integration.provider },
      webhook: (webhookUrl ?? null) === (integration.webhook_url ?? null),
      token:
        typeof token === 'string' && 'access_token' in connection.credentials && token === connection.credentials.access_token,
      connection: [connection.provider_config_key === nango.providerConfigKey, fresh.connection_id === nango.connectionId],
      config: connection.connection_config,
      variables,
      scriptType: nango.scriptType,
    };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
