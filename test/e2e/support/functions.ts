import type { Api } from './api.js';
import { expectStatus } from './api.js';

interface Definition {
  readonly type: 'action' | 'sync' | 'on-event';
  readonly name: string;
  /** Body of `exec`, with `nango` and, for actions, `input` in scope. */
  readonly exec: string;
  readonly models?: readonly string[];
  /** On-event functions: what they run on. */
  readonly event?: string;
  /** Actions: schemas of what goes in and comes out. */
  readonly input?: object;
  readonly output?: object;
  readonly runs?: string;
  readonly autoStart?: boolean;
  /** The deprecated option: records that a run does not save are deleted. */
  readonly trackDeletes?: boolean;
}

const MODEL = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'], additionalProperties: true };

/** What the CLI's compiler makes of a function: CommonJS whose exports are getters. */
const bundle = ({ type, exec }: Definition): string => `"use strict";
var __defProp = Object.defineProperty;
var subject_exports = {};
__defProp(subject_exports, 'default', { get: () => subject_default, enumerable: true });
module.exports = __defProp(subject_exports, '__esModule', { value: true });
var subject_default = {
  type: '${type === 'on-event' ? 'onEvent' : type}',
  exec: async (nango${type === 'action' ? ', input' : ''}) => {
${exec}
  }
};
`;

const schemasOf = ({ models = [], input, output }: Definition) => ({
  ...Object.fromEntries(models.map((model) => [model, MODEL])),
  ...(input ? { In: input } : {}),
  ...(output ? { Out: output } : {}),
});

const flow = (providerConfigKey: string, definition: Definition) => {
  const models = definition.output ? ['Out'] : (definition.models ?? []);
  return {
    type: definition.type,
    syncName: definition.name,
    providerConfigKey,
    models,
    runs: definition.type === 'sync' ? (definition.runs ?? 'every day') : null,
    ...(definition.type === 'sync'
      ? { auto_start: definition.autoStart ?? false, track_deletes: definition.trackDeletes ?? false, sync_type: 'full' }
      : {}),
    metadata: { description: definition.name, scopes: [] },
    fileBody: { js: bundle(definition), ts: `// ${definition.name}` },
    endpoints: [],
    version: '',
    models_json_schema: { definitions: schemasOf(definition) },
    ...(definition.input ? { input: 'In' } : {}),
    features: [],
  };
};

const script = (definition: Definition) => ({
  name: definition.name,
  event: definition.event,
  fileBody: { js: bundle(definition), ts: `// ${definition.name}` },
});

/** Deploys functions as the CLI does, for one integration only. */
export async function deploy(api: Api, providerConfigKey: string, definitions: readonly Definition[]): Promise<void> {
  await expectStatus(
    api.post('/sync/deploy', {
      flowConfigs: definitions.filter(({ type }) => type !== 'on-event').map((definition) => flow(providerConfigKey, definition)),
      onEventScriptsByProvider: [
        { providerConfigKey, scripts: definitions.filter(({ type }) => type === 'on-event').map(script) },
      ],
      nangoYamlBody: '',
      reconcile: true,
      debug: false,
      deployMode: 'integration',
      sdkVersion: '0.71.10-zero',
      source: 'repo',
    }),
    200,
  );
}
