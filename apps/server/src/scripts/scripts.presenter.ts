import type { DeployedFunction } from '#libs/functions';
import type { OpenAiTools, ScriptsConfig } from './scripts.dto.js';

type Tool = OpenAiTools['data'][number];

/** Grouped by integration, as documented (spec/api.md §3.11, §8 no. 18). Functions of the new style have no place in it. */
export function toScriptsConfig(functions: readonly DeployedFunction[]): ScriptsConfig {
  const groups = new Map<string, ScriptsConfig[number]>();
  for (const deployed of functions) {
    const { provider, providerConfigKey, type } = deployed;
    if (type === 'function') continue;
    const group = groups.get(providerConfigKey) ?? { providerConfigKey, provider, syncs: [], actions: [], 'on-events': [] };
    groups.set(providerConfigKey, group);
    if (type === 'sync') group.syncs.push(toSync(deployed));
    else if (type === 'action') group.actions.push({ ...toScript(deployed), type });
    else group['on-events'].push({ ...toScript(deployed), type, event: deployed.definition.event ?? '' });
  }
  return [...groups.values()];
}

/** Actions that can be called as tools, with the schema of their input as parameters. */
export const toOpenAiTools = (functions: readonly DeployedFunction[]): OpenAiTools => ({
  data: functions.filter(({ type, enabled }) => type === 'action' && enabled).map(toTool),
});

const toSync = (deployed: DeployedFunction): ScriptsConfig[number]['syncs'][number] => {
  const { sync_type, auto_start, track_deletes, runs } = deployed.definition;
  return { ...toScript(deployed), type: 'sync', sync_type, auto_start, track_deletes, runs };
};

const toScript = ({ definition, ...deployed }: DeployedFunction) => ({
  id: deployed.id,
  name: deployed.name,
  returns: [...definition.models],
  description: definition.description,
  attributes: { ...definition.attributes },
  scopes: [...definition.scopes],
  version: deployed.version,
  source: deployed.source,
  endpoints: definition.endpoints.map(({ method, path, group }) => ({ method, path, group: group ?? null })),
  ...(definition.input === null ? {} : { input: definition.input }),
  enabled: deployed.enabled,
  last_deployed: deployed.lastDeployed.toISOString(),
  webhookSubscriptions: [...definition.webhookSubscriptions],
  json_schema: definition.json_schema,
  sdk_version: deployed.sdkVersion,
  models: definition.models.map((name) => ({ name, fields: [] })),
  features: [...definition.features],
});

function toTool({ name, definition }: DeployedFunction): Tool {
  const { description } = definition;
  const schema = inputSchemaOf(definition);
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  return { name, description, parameters: { type: 'object', properties: describe(properties, description), required } };
}

function inputSchemaOf({ json_schema, input }: DeployedFunction['definition']): Readonly<Record<string, unknown>> {
  const definitions = json_schema?.['definitions'];
  const schema = isObject(definitions) && input !== null ? definitions[input] : undefined;
  return isObject(schema) ? schema : {};
}

const PARAMETER_LINE = /^\s*-\s*([\w.-]+)\s*:\s*(.+)$/gm;

/** Lines `- param: text` of a function's description describe its parameters. */
function describe(properties: Readonly<Record<string, unknown>>, description: string): Record<string, unknown> {
  const texts = new Map([...description.matchAll(PARAMETER_LINE)].map(([, name = '', text = '']) => [name, text.trim()]));
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const text = texts.get(name);
      return [name, text !== undefined && isObject(property) ? { ...property, description: text } : property];
    }),
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
