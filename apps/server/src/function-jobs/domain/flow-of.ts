import type { Compiled } from '#libs/compiler';
import { AppError } from '#libs/kernel';
import { type RunDeploy, runDeploy } from '../../deploys/deploys.dto.js';

/** The function a source is to become. */
export interface Target {
  readonly integrationId: string;
  readonly type: 'action' | 'sync';
  readonly name: string;
  /** Chosen by the caller; else what the definition says. */
  readonly version?: string | undefined;
}

/** The version of the protocol whose deploys this server makes itself. */
const SDK_VERSION = '0.71.10-zero';

/**
 * The deploy the CLI would send for the same source (spec/functions.md §1.10), of this one function.
 * @throws AppError `validation_error` naming what the definition must change
 */
export function deployOf(target: Target, code: string, compiled: Compiled): RunDeploy {
  const { described } = compiled;
  if (described.type !== target.type)
    throw new AppError('validation_error', `the code defines ${articled(described.type)}, function_type says ${target.type}`);
  if (!described.hasExec) throw new AppError('validation_error', 'the definition has no exec');
  const parsed = runDeploy.safeParse({
    flowConfigs: [flowOf(target, code, compiled)],
    nangoYamlBody: '',
    reconcile: true,
    debug: false,
    deployMode: 'single',
    sdkVersion: SDK_VERSION,
    source: 'standalone',
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('validation_error', `${issue?.path.slice(2).join('.') ?? ''}: ${issue?.message ?? ''}`);
}

const articled = (type: string): string => (type === 'sync' ? 'a sync' : `an ${type}`);

const flowOf = (target: Target, code: string, { bundle, described, features }: Compiled): object => ({
  type: target.type,
  syncName: target.name,
  providerConfigKey: target.integrationId,
  version: target.version ?? described.version ?? '',
  metadata: { description: described.description ?? '', scopes: described.scopes ?? [] },
  fileBody: { js: bundle, ts: code },
  features,
  ...(target.type === 'sync' ? syncPart(target, described) : actionPart(target, described)),
});

function syncPart(target: Target, described: Compiled['described']): object {
  const { models, metadata } = described;
  const input = metadata && `SyncMetadata_${integrationPart(target)}_${namePart(target)}`;
  return {
    models: Object.keys(models),
    runs: described.frequency ?? null,
    track_deletes: described.trackDeletes ?? false,
    // Anything but true is false (spec/functions.md §1.2).
    auto_start: described.autoStart === true,
    attributes: {},
    sync_type: described.syncType ?? 'full',
    endpoints: described.endpoints ?? [],
    webhookSubscriptions: described.webhookSubscriptions ?? [],
    ...(input ? { input } : {}),
    models_json_schema: { definitions: { ...models, ...(input ? { [input]: metadata } : {}) } },
  };
}

function actionPart(target: Target, { input, output, endpoint }: Compiled['described']): object {
  const of = (what: string) => `${what}_${integrationPart(target)}_${namePart(target)}`;
  return {
    models: [of('ActionOutput')],
    input: of('ActionInput'),
    runs: null,
    track_deletes: false,
    endpoints: endpoint ? [endpoint] : [],
    models_json_schema: { definitions: { [of('ActionInput')]: input ?? {}, [of('ActionOutput')]: output ?? {} } },
  };
}

const integrationPart = ({ integrationId }: Target): string => integrationId.replaceAll(/[^a-zA-Z0-9]/g, '_');
const namePart = ({ name }: Target): string => name.replaceAll(/[^a-zA-Z0-9]/g, '');
