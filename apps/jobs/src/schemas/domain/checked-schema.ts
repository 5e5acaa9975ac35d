import type { FunctionDefinition } from '#libs/functions';

/** Which side of an action. */
export type Side = 'input' | 'output';

/** What an environment has checked (`function_schema_checks`). */
export type SchemaChecks = 'off' | Side | 'both';

export const isChecked = (checks: SchemaChecks, side: Side): boolean => checks === 'both' || checks === side;

/** A schema somebody deployed, as it can be compiled; or why it cannot. */
export type CheckedSchema = { readonly schema: object } | { readonly problem: string };

const MAX_CHARACTERS = 512 * 1024;
const MAX_DEPTH = 100;

/** What a side of an action has to fit; undefined where the author declared nothing. */
export function schemaOf(
  definition: Pick<FunctionDefinition, 'json_schema' | 'input' | 'models'>,
  side: Side,
): CheckedSchema | undefined {
  const model = side === 'input' ? definition.input : definition.models[0];
  const definitions = definition.json_schema?.['definitions'];
  if (!model || typeof definitions !== 'object' || definitions === null) return undefined;
  if (!Object.hasOwn(definitions, model)) return { problem: `the deployed schema has no definition of ${model}` };
  if (JSON.stringify(definitions).length > MAX_CHARACTERS)
    return { problem: `the deployed schema is longer than ${MAX_CHARACTERS} characters` };
  const problem = problemIn(definitions, 0);
  if (problem) return { problem };
  const given = side === 'input' ? optionalWhereDefaulted(definitions) : definitions;
  return { schema: { $ref: `#/definitions/${pointerOf(model)}`, definitions: given } };
}

/** Nothing is fetched for a schema, and no keyword makes it depend on anything outside. */
function problemIn(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return `the deployed schema is nested deeper than ${MAX_DEPTH} levels`;
  for (const [name, inner] of Object.entries(value)) {
    if (name === '$ref' && typeof inner === 'string' && !inner.startsWith('#')) {
      return `the deployed schema refers to ${inner}: only its own definitions may be referred to`;
    }
    if ((name === '$id' && typeof inner === 'string') || (name === '$async' && inner === true)) {
      return `the deployed schema has a keyword that is not supported: ${name}`;
    }
    const problem = problemIn(inner, depth + 1);
    if (problem) return problem;
  }
  return undefined;
}

/** The CLI describes values as they are after their defaults were filled in: what has one may be left out of an input. */
function optionalWhereDefaulted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(optionalWhereDefaulted);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, optionalWhereDefaulted(inner)]));
  const { required, properties } = copy;
  if (!Array.isArray(required) || typeof properties !== 'object' || properties === null) return copy;
  return { ...copy, required: required.filter((name) => !hasDefault((properties as Record<string, unknown>)[String(name)])) };
}

const hasDefault = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && Object.hasOwn(schema, 'default');

const pointerOf = (name: string): string => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
