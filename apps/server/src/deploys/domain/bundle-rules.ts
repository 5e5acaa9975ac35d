const DEFINITIONS = '#/definitions/';

interface Checked {
  readonly trigger: { readonly kind: string };
  readonly requires: {
    readonly connection?: boolean | undefined;
    readonly outbound?: boolean | undefined;
    readonly invoke?: boolean | undefined;
  };
  readonly capabilities: Readonly<Record<Capability, boolean>>;
  readonly input_schema_ref: string | null;
  readonly output_schema_ref: string | null;
  readonly metadata_schema_ref: string | null;
  readonly checkpoint_schema_ref: string | null;
  readonly model_schema_refs: readonly string[];
  readonly json_schema: Readonly<Record<string, unknown>>;
}

type Capability = 'usesRecords' | 'usesOutbound' | 'usesCheckpoints' | 'usesMetadata' | 'usesInvoke';

export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The model a `#/definitions/…` reference names. */
export const modelOf = (reference: string): string => reference.slice(DEFINITIONS.length);

/** What is wrong with a new-style function whose fields are right one by one (spec/api.md §3.13). */
export const problemsOf = (artifact: Checked): Problem[] => [
  ...unsupported(artifact),
  ...capabilityProblems(artifact),
  ...referenceProblems(artifact),
];

/** Where in a list a function repeats the name of an earlier one of its integration. */
export function repeatedNames(functions: readonly { readonly integrationId: string; readonly name: string }[]): number[] {
  const seen = new Set<string>();
  return functions.flatMap(({ integrationId, name }, at) => {
    const key = `${integrationId}/${name}`;
    if (seen.has(key)) return [at];
    seen.add(key);
    return [];
  });
}

/** The CLI sends none of these yet: better refused than stored and never run. */
function unsupported({ trigger: { kind }, requires }: Checked): Problem[] {
  const problems: Problem[] = [];
  if (kind !== 'none') {
    const message = `a function with a trigger of kind ${kind} cannot run yet: use createSync, createAction or createOnEvent`;
    problems.push({ path: ['trigger', 'kind'], message });
  }
  if (requires.connection === false) {
    problems.push({ path: ['requires', 'connection'], message: 'a function without a connection cannot run yet' });
  }
  if (requires.invoke === true) {
    problems.push({ path: ['requires', 'invoke'], message: 'a function that invokes others cannot run yet' });
  }
  return problems;
}

function capabilityProblems(artifact: Checked): Problem[] {
  const { requires, capabilities } = artifact;
  const expected: Readonly<Record<Capability, boolean>> = {
    usesRecords: artifact.model_schema_refs.length > 0,
    usesOutbound: requires.connection !== false && requires.outbound !== false,
    usesCheckpoints: artifact.checkpoint_schema_ref !== null,
    usesMetadata: artifact.metadata_schema_ref !== null,
    usesInvoke: requires.invoke === true,
  };
  return (Object.keys(expected) as Capability[])
    .filter((name) => capabilities[name] !== expected[name])
    .map((name) => ({ path: ['capabilities', name], message: `must be ${expected[name]}, by what else the function declares` }));
}

function referenceProblems(artifact: Checked): Problem[] {
  const { definitions } = artifact.json_schema;
  const isDefined = (reference: string) =>
    typeof definitions === 'object' && definitions !== null && Object.hasOwn(definitions, modelOf(reference));
  const references: (readonly [readonly (string | number)[], string | null])[] = [
    ...(['input_schema_ref', 'output_schema_ref', 'metadata_schema_ref', 'checkpoint_schema_ref'] as const).map(
      (field) => [[field], artifact[field]] as const,
    ),
    ...artifact.model_schema_refs.map((reference, at) => [['model_schema_refs', at], reference] as const),
  ];
  return references.flatMap(([path, reference]) =>
    reference === null || isDefined(reference) ? [] : [{ path, message: `json_schema does not define ${modelOf(reference)}` }],
  );
}
