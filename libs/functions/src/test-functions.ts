import type { DeployedFunction, FunctionDefinition, IncomingFunction } from './functions.types.js';

export const testDefinition = (over: Partial<FunctionDefinition> = {}): FunctionDefinition => ({
  description: '',
  scopes: [],
  attributes: {},
  models: ['Contact'],
  input: null,
  endpoints: [],
  runs: 'every hour',
  auto_start: false,
  track_deletes: false,
  sync_type: 'full',
  webhookSubscriptions: [],
  json_schema: null,
  features: [],
  event: null,
  ...over,
});

export const testIncoming = (over: Partial<IncomingFunction> = {}): IncomingFunction => ({
  integrationId: 1,
  providerConfigKey: 'crm',
  type: 'sync',
  name: 'contacts',
  version: '',
  bundleHash: 'js-1',
  sourceHash: 'ts-1',
  definition: testDefinition(),
  ...over,
});

export const testDeployed = (over: Partial<DeployedFunction> = {}): DeployedFunction => ({
  id: 7,
  environmentId: 1,
  integrationId: 1,
  providerConfigKey: 'crm',
  provider: 'hubspot',
  type: 'sync',
  name: 'contacts',
  enabled: true,
  source: 'repo',
  version: '3',
  bundleHash: 'js-1',
  sourceHash: 'ts-1',
  definition: testDefinition(),
  models: (over.definition ?? testDefinition()).models,
  sdkVersion: null,
  lastDeployed: new Date(0),
  ...over,
});
