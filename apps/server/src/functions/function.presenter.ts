import type { DeployedFunction, FunctionVersion } from '#libs/functions';
import type { FunctionObject, FunctionVersionObject } from './functions.dto.js';

export function toFunction(deployed: DeployedFunction): FunctionObject {
  const { definition, type } = deployed;
  const facts = {
    name: deployed.name,
    ...(definition.description === '' ? {} : { description: definition.description }),
    scopes: [...definition.scopes],
    id: deployed.id,
    enabled: deployed.enabled,
    last_deployed: deployed.lastDeployed.toISOString(),
    source: deployed.source,
  };
  if (type === 'on-event') return { ...facts, type, event: definition.event ?? '' };
  const code = {
    ...(definition.input === null ? {} : { input: definition.input }),
    returns: [...definition.models],
    json_schema: definition.json_schema,
  };
  if (type === 'action') return { ...facts, type, ...code };
  if (type === 'function') return { ...facts, type, ...code, trigger: definition.attributes['trigger'] };
  const { runs, auto_start, track_deletes } = definition;
  return { ...facts, type, ...code, runs, auto_start, track_deletes };
}

export const toFunctionVersion = (version: FunctionVersion): FunctionVersionObject => ({
  id: version.id,
  version: version.version,
  current: version.isCurrent,
  deployed_at: version.deployedAt.toISOString(),
  source: version.source,
  sdk_version: version.sdkVersion,
  restored_from: version.restoredFrom,
});
