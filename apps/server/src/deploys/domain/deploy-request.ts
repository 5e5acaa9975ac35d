import { type DeployMode, type FunctionDefinition, hashOfCode, type IncomingFunction } from '#libs/functions';
import { AppError, type IntegrationId } from '#libs/kernel';
import type { ConfirmDeploy } from '../deploys.dto.js';

type Flow = ConfirmDeploy['flowConfigs'][number];

interface OnEventScript {
  readonly providerConfigKey: string;
  readonly name: string;
  readonly event: string;
  readonly fileBody: Flow['fileBody'];
}

/** Integration ids by provider config key. */
export type IntegrationIds = ReadonlyMap<string, IntegrationId>;

export function modeOf({ deployMode, singleDeployMode }: ConfirmDeploy): DeployMode {
  return deployMode ?? (singleDeployMode ? 'single' : 'all');
}

/** Whether the body says anything of on-event functions, in either form. */
export const coversOnEvents = (body: ConfirmDeploy): boolean =>
  body.onEventScriptsByProvider !== undefined || body.postConnectionScriptsByProvider !== undefined;

/** Every text of code the body brings. */
export const codeOf = (body: ConfirmDeploy): string[] =>
  [...body.flowConfigs, ...onEventScripts(body)].flatMap(({ fileBody }) => [fileBody.js, fileBody.ts]);

/** @throws AppError `unknown_provider_config` (400), `deploy_missing_json_schema_model` */
export function incomingFunctions(body: ConfirmDeploy, integrations: IntegrationIds): IncomingFunction[] {
  const flows = body.flowConfigs.map((flow) => fromFlow(flow, body, integrations));
  return [...flows, ...onEventScripts(body).map((script) => fromScript(script, integrations))];
}

const fromFlow = (flow: Flow, body: ConfirmDeploy, integrations: IntegrationIds): IncomingFunction => ({
  ...codeFacts(flow, integrations),
  type: flow.type,
  name: flow.syncName,
  version: flow.version ?? '',
  definition: definitionOf(flow, schemaOf(flow, body)),
});

const fromScript = (script: OnEventScript, integrations: IntegrationIds): IncomingFunction => ({
  ...codeFacts(script, integrations),
  type: 'on-event',
  name: script.name,
  version: '',
  definition: { ...EMPTY_DEFINITION, event: script.event },
});

const codeFacts = (
  { providerConfigKey, fileBody }: Pick<Flow, 'providerConfigKey' | 'fileBody'>,
  integrations: IntegrationIds,
) => ({
  integrationId: integrationOf(providerConfigKey, integrations),
  providerConfigKey,
  bundleHash: hashOfCode(fileBody.js),
  sourceHash: hashOfCode(fileBody.ts),
});

/** What a definition says where its author says nothing. */
export const EMPTY_DEFINITION: FunctionDefinition = {
  description: '',
  scopes: [],
  attributes: {},
  models: [],
  input: null,
  endpoints: [],
  runs: null,
  auto_start: false,
  track_deletes: false,
  sync_type: 'full',
  webhookSubscriptions: [],
  json_schema: null,
  features: [],
  event: null,
};

const definitionOf = (flow: Flow, schema: FunctionDefinition['json_schema']): FunctionDefinition =>
  storableDefinition({
    ...EMPTY_DEFINITION,
    description: flow.metadata?.description ?? '',
    scopes: flow.metadata?.scopes ?? [],
    attributes: flow.attributes ?? {},
    models: flow.models,
    input: typeof flow.input === 'string' ? flow.input : null,
    endpoints: flow.endpoints ?? [],
    json_schema: schema,
    features: flow.features,
    ...(flow.type === 'sync' ? syncPart(flow) : {}),
  });

/** NUL, or half a surrogate pair, as `JSON.stringify` writes them. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][\da-f]{2})/;

/**
 * A definition as the database gives it back, which knows no undefined: what is compared with what runs.
 * @throws AppError `invalid_body` for characters that the database cannot hold
 */
export function storableDefinition(definition: FunctionDefinition): FunctionDefinition {
  const text = JSON.stringify(definition);
  if (!UNSTORABLE.test(text)) return JSON.parse(text) as FunctionDefinition;
  const which = definition.description.slice(0, 100);
  throw new AppError('invalid_body', `the definition described as "${which}" holds a NUL or half a character: remove it`);
}

const syncPart = (flow: Flow): Partial<FunctionDefinition> => ({
  runs: flow.runs || null,
  auto_start: flow.auto_start ?? false,
  track_deletes: flow.track_deletes,
  sync_type: flow.sync_type ?? 'full',
  webhookSubscriptions: flow.webhookSubscriptions ?? [],
});

/** The function's own schema, else the one older CLIs send for the whole project. */
function schemaOf(
  { models, models_json_schema, syncName }: Flow,
  { jsonSchema }: ConfirmDeploy,
): FunctionDefinition['json_schema'] {
  if (models_json_schema || !jsonSchema) return models_json_schema ?? null;
  const missing = models.find((model) => !Object.hasOwn(jsonSchema.definitions, model));
  if (missing === undefined) return { definitions: jsonSchema.definitions };
  throw new AppError('deploy_missing_json_schema_model', `the JSON schema does not define ${missing}, a model of ${syncName}`);
}

function onEventScripts(body: ConfirmDeploy): OnEventScript[] {
  const current = (body.onEventScriptsByProvider ?? []).flatMap(({ providerConfigKey, scripts }) =>
    scripts.map((script) => ({ ...script, providerConfigKey })),
  );
  const older = (body.postConnectionScriptsByProvider ?? []).flatMap(({ providerConfigKey, scripts }) =>
    scripts.map((script) => ({ ...script, providerConfigKey, event: 'post-connection-creation' })),
  );
  return [...current, ...older];
}

function integrationOf(key: string, integrations: IntegrationIds): IntegrationId {
  const id = integrations.get(key);
  if (id === undefined) throw new AppError('unknown_provider_config', `no integration ${key}`, { status: 400 });
  return id;
}
