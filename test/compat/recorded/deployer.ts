import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Customer } from './customer.js';
import type { Definition, Integration, RecordedFunction } from './project.js';

const FOLDERS = { action: 'actions', sync: 'syncs', 'on-event': 'on-events' } as const;
type Records = Readonly<Record<string, readonly unknown[]>>;

/** Deploys a compiled project as the CLI does (spec/functions.md §1.10), but holds syncs back from starting by themselves. */
export class Deployer {
  /** An environment takes one deploy at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly customer: Customer,
    private readonly folder: string,
    private readonly integrations: readonly Integration[],
  ) {}

  async all(): Promise<void> {
    for (const integration of this.integrations) {
      const { providerConfigKey, syncs, actions, onEventScripts } = integration;
      const flows = [
        ...syncs.map((one) => this.#flow(integration, 'sync', one)),
        ...actions.map((one) => this.#flow(integration, 'action', one)),
      ];
      const scripts = Object.entries(onEventScripts).flatMap(([event, names]) =>
        names.map((name) => ({ name, event, fileBody: this.#files(providerConfigKey, 'on-event', name) })),
      );
      await this.#deploy('integration', flows, [{ providerConfigKey, scripts }]);
    }
  }

  /** Puts in the place of a sync a version of it that saves these records. */
  async seed(fn: RecordedFunction, records: Records): Promise<void> {
    const js =
      `"use strict"; module.exports = { default: { type: 'sync', exec: async (nango) => { for (const [model, records] of ` +
      `Object.entries(${JSON.stringify(records)})) await nango.batchSave(records, model); } } };`;
    await this.#deploySync(fn, { js, ts: js });
  }

  restore = (fn: RecordedFunction): Promise<void> => this.#deploySync(fn, undefined);

  async #deploySync({ integration: key, name }: RecordedFunction, files: object | undefined): Promise<void> {
    const integration = this.integrations.find(({ providerConfigKey }) => providerConfigKey === key);
    const definition = integration?.syncs.find((one) => one.name === name);
    if (!integration || !definition) throw new Error(`there is no sync ${name} of ${key}`);
    const flow = this.#flow(integration, 'sync', definition);
    await this.#deploy('single', [{ ...flow, ...(files ? { fileBody: files, version: '' } : {}) }]);
  }

  #deploy(deployMode: string, flowConfigs: readonly object[], onEventScriptsByProvider?: readonly object[]): Promise<unknown> {
    const body = {
      flowConfigs,
      ...(onEventScriptsByProvider ? { onEventScriptsByProvider } : {}),
      deployMode,
      reconcile: true,
      debug: false,
      sdkVersion: '0.71.10-zero',
      nangoYamlBody: '',
      source: 'repo',
    };
    return (this.#last = this.#last.catch(() => {}).then(() => this.customer.call('POST', '/sync/deploy', body)));
  }

  #flow({ providerConfigKey }: Integration, type: 'sync' | 'action', definition: Definition): object {
    const { name, description, output, input, runs, scopes = [], track_deletes = false, sync_type = 'full' } = definition;
    const ofSync = { auto_start: false, attributes: {}, sync_type, webhookSubscriptions: definition.webhookSubscriptions ?? [] };
    return {
      syncName: name,
      providerConfigKey,
      type,
      models: output ?? [],
      version: definition.version ?? '',
      runs: type === 'sync' ? runs : null,
      track_deletes,
      ...(type === 'sync' ? ofSync : {}),
      metadata: { description, scopes },
      ...(input ? { input } : {}),
      fileBody: this.#files(providerConfigKey, type, name),
      endpoints: [],
      models_json_schema: definition.json_schema,
      features: definition.features ?? [],
    };
  }

  #files(integration: string, kind: keyof typeof FOLDERS, name: string): { js: string; ts: string } {
    const folder = FOLDERS[kind];
    const ts = join(this.folder, integration, folder, `${name}.ts`);
    return { js: readFileSync(join(this.folder, 'build', `${integration}_${folder}_${name}.cjs`), 'utf8'), ts: textOf(ts) };
  }
}

/** Compiled projects may come without their sources. */
function textOf(file: string): string {
  try {
    return readFileSync(realpathSync(file), 'utf8');
  } catch {
    return '';
  }
}
