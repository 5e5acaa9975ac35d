import { hashOfCode, type IncomingFunction } from '#libs/functions';
import { AppError, type IntegrationId } from '#libs/kernel';
import type { Artifact, DeployBundle } from '../bundles.dto.js';
import { modelOf } from './bundle-rules.js';
import { EMPTY_DEFINITION, type IntegrationIds, storableDefinition } from './deploy-request.js';

/** What the bundle speaks for: an integration, or the environment. @throws AppError `integration_not_found` (400) */
export const bundleScope = ({ reconciliationScope: scope }: DeployBundle, integrations: IntegrationIds): IntegrationId | null =>
  scope.kind === 'environment' ? null : integrationOf(scope.integrationId, integrations);

/** @throws AppError `integration_not_found` (400) */
export const bundledFunctions = ({ functions }: DeployBundle, integrations: IntegrationIds): IncomingFunction[] =>
  functions.map((artifact) => ({
    integrationId: integrationOf(artifact.integrationId, integrations),
    providerConfigKey: artifact.integrationId,
    type: 'function',
    name: artifact.name,
    version: '',
    bundleHash: hashOfCode(artifact.fileBody.js),
    sourceHash: hashOfCode(artifact.fileBody.ts),
    definition: definitionOf(artifact),
  }));

/** What the other kinds of functions have no field for is kept among the attributes. */
function definitionOf(artifact: Artifact): IncomingFunction['definition'] {
  const { description, trigger, requires, capabilities, limits, json_schema } = artifact;
  const { output_schema_ref, metadata_schema_ref, checkpoint_schema_ref } = artifact;
  return storableDefinition({
    ...EMPTY_DEFINITION,
    description,
    attributes: { trigger, requires, capabilities, limits, output_schema_ref, metadata_schema_ref, checkpoint_schema_ref },
    models: artifact.model_schema_refs.map(modelOf),
    input: artifact.input_schema_ref === null ? null : modelOf(artifact.input_schema_ref),
    json_schema,
    features: capabilities.usesCheckpoints ? ['checkpoints'] : [],
  });
}

function integrationOf(key: string, integrations: IntegrationIds): IntegrationId {
  const id = integrations.get(key);
  if (id === undefined) throw new AppError('integration_not_found', `no integration ${key}: create it first`, { status: 400 });
  return id;
}
