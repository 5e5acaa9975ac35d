import { expect, it } from 'vitest';
import type { DeployedFunction } from '#libs/functions';
import { toOpenAiTools, toScriptsConfig } from './scripts.presenter.js';

const deployed = (
  over: Partial<DeployedFunction>,
  definition: Partial<DeployedFunction['definition']> = {},
): DeployedFunction => ({
  id: 1,
  environmentId: 1,
  integrationId: 1,
  providerConfigKey: 'crm',
  provider: 'hubspot',
  type: 'action',
  name: 'create',
  enabled: true,
  source: 'repo',
  version: '2',
  bundleHash: '',
  sourceHash: '',
  models: ['Out'],
  sdkVersion: '0.71.10-zero',
  lastDeployed: new Date('2026-01-05T10:00:00Z'),
  ...over,
  definition: {
    description: 'Creates one.\n- email: where to reach them\n- unknown: nothing',
    scopes: ['write'],
    attributes: {},
    models: ['Out'],
    input: 'In',
    endpoints: [{ method: 'POST', path: '/contacts' }],
    runs: null,
    auto_start: false,
    track_deletes: false,
    sync_type: 'full',
    webhookSubscriptions: [],
    json_schema: {
      definitions: { In: { type: 'object', properties: { email: { type: 'string' }, age: true }, required: ['email'] } },
    },
    features: [],
    event: null,
    ...definition,
  },
});

it('groups functions by integration', () => {
  const functions = [
    deployed({ name: 'a', type: 'sync' }, { runs: 'every hour' }),
    deployed({ name: 'b', providerConfigKey: 'crm-2' }),
    deployed({ name: 'c', type: 'on-event' }, { event: 'validate-connection' }),
    deployed({ name: 'd', provider: 'github', providerConfigKey: 'git' }),
    deployed({ name: 'e', type: 'function' }),
  ];
  const config = toScriptsConfig(functions);
  expect(
    config.map(({ providerConfigKey, provider, syncs, actions, 'on-events': onEvents }) => [
      providerConfigKey,
      provider,
      syncs.map((s) => s.name),
      actions.map((s) => s.name),
      onEvents.map((s) => [s.name, s.event]),
    ]),
  ).toEqual([
    ['crm', 'hubspot', ['a'], [], [['c', 'validate-connection']]],
    ['crm-2', 'hubspot', [], ['b'], []],
    ['git', 'github', [], ['d'], []],
  ]);
  expect(config[0]?.syncs[0]).toMatchObject({
    type: 'sync',
    runs: 'every hour',
    sync_type: 'full',
    models: [{ name: 'Out', fields: [] }],
  });
  expect(config[1]?.actions[0]).toEqual({
    id: 1,
    name: 'b',
    type: 'action',
    returns: ['Out'],
    description: expect.any(String),
    attributes: {},
    scopes: ['write'],
    version: '2',
    source: 'repo',
    endpoints: [{ method: 'POST', path: '/contacts', group: null }],
    input: 'In',
    enabled: true,
    last_deployed: '2026-01-05T10:00:00.000Z',
    webhookSubscriptions: [],
    json_schema: expect.any(Object),
    sdk_version: '0.71.10-zero',
    models: [{ name: 'Out', fields: [] }],
    features: [],
  });
});

it('describes actions that can be called as tools', () => {
  expect(toOpenAiTools([deployed({}), deployed({ type: 'sync' }), deployed({ name: 'off', enabled: false })])).toEqual({
    data: [
      {
        name: 'create',
        description: expect.stringContaining('Creates one.'),
        parameters: {
          type: 'object',
          properties: { email: { type: 'string', description: 'where to reach them' }, age: true },
          required: ['email'],
        },
      },
    ],
  });
});

it('describes a tool without input as one without parameters', () => {
  const [tool] = toOpenAiTools([deployed({}, { input: null, json_schema: null })]).data;
  expect(tool?.parameters).toEqual({ type: 'object', properties: {}, required: [] });
});
