import { isDeepStrictEqual } from 'node:util';
import type { DeployedFunction, FunctionVersion } from '../functions.types.js';
import type { DeployPlan } from './deploy-plan.js';
import { nextVersion } from './version.js';

/**
 * Decides what going back to an earlier version changes: its code and definition come again, under the next version, so that versions
 * only ever grow and every run tells which code it was. Going back to what runs already changes nothing.
 */
export function planRollback(current: DeployedFunction, to: FunctionVersion): DeployPlan {
  const { bundleHash, sourceHash, definition } = to;
  const { integrationId, providerConfigKey, type, name } = current;
  const isSame = bundleHash === current.bundleHash && sourceHash === current.sourceHash;
  const isUnchanged = isSame && isDeepStrictEqual(definition, current.definition);
  const version = isUnchanged ? current.version : nextVersion(current.version);
  const next = { integrationId, providerConfigKey, type, name, version, bundleHash, sourceHash, definition };
  const planned = { next, version, current, restored: { version: to.version, sdkVersion: to.sdkVersion } };
  return {
    created: [],
    updated: isUnchanged ? [] : [planned],
    unchanged: isUnchanged ? [planned] : [],
    deleted: [],
  };
}
