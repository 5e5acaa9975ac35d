import { PAGES } from './sources.mjs';

const ITEMS = `
  const saved = await nango.getCheckpoint();
  const c = nango.connectionId;
  const window = saved?.window ?? Date.now() + '-' + Math.random().toString(36).slice(2);
  let acked = saved?.acked ?? '';
  await nango.trackDeletesStart('Item');
  for (let page = saved?.page ?? 0; page < ${PAGES}; page += 1) {
    const { data } = await nango.get({ endpoint: '/items', params: { c, page: String(page), window, acked }, retries: 4 });
    await nango.batchSave(data.items, 'Item');
    acked = data.serve;
    await nango.saveCheckpoint({ page: page + 1, window, acked });
  }
  await nango.get({ endpoint: '/window-ends', params: { c, window, acked }, retries: 4 });
  await nango.clearCheckpoint();
  await nango.trackDeletesEnd('Item');
`;

const NOTES = `
  let at = (await nango.getCheckpoint())?.at ?? 0;
  for (let round = 0; round < 50; round += 1) {
    const { data } = await nango.get({ endpoint: '/ops', params: { c: nango.connectionId, from: String(at) }, retries: 4 });
    if (data.ops.length === 0) return;
    for (const { kind, records } of data.ops) {
      if (kind === 'save') await nango.batchSave(records, 'Note');
      if (kind === 'update') await nango.batchUpdate(records, 'Note');
      if (kind === 'delete') await nango.batchDelete(records, 'Note');
      at += 1;
      await nango.saveCheckpoint({ at });
    }
  }
`;

const WORK = `
  const { data } = await nango.post({ endpoint: '/work', data: { mark: input.mark }, retries: 0 });
  return { mark: data.mark };
`;

const bundle = (type, exec) => `"use strict";
Object.defineProperty(exports, '__esModule', { value: true });
exports.default = { type: '${type}', exec: async (nango${type === 'action' ? ', input' : ''}) => {${exec}} };
`;

const MODEL = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'], additionalProperties: true };

const flow = (providerConfigKey, type, name, exec, models) => ({
  type,
  syncName: name,
  providerConfigKey,
  models,
  runs: type === 'sync' ? 'every 30s' : null,
  ...(type === 'sync' ? { auto_start: true, track_deletes: false, sync_type: 'full' } : {}),
  metadata: { description: name, scopes: [] },
  fileBody: { js: bundle(type, exec), ts: `// ${name}` },
  endpoints: [],
  version: '',
  models_json_schema: { definitions: Object.fromEntries(models.map((model) => [model, MODEL])) },
  features: [],
});

/** Body of a deploy of functions given as `[type, name, text of exec, models]`, as the CLI sends it. */
export const deployOf = (providerConfigKey, definitions) => ({
  flowConfigs: definitions.map((definition) => flow(providerConfigKey, ...definition)),
  onEventScriptsByProvider: [],
  nangoYamlBody: '',
  reconcile: true,
  debug: false,
  deployMode: 'integration',
  sdkVersion: '0.71.10-zero',
  source: 'repo',
});

/** What the load runs. A checkpoint is cleared before `trackDeletesEnd`: a run that is lost between the two starts anew. */
export const CHAOS_FUNCTIONS = [
  ['sync', 'items', ITEMS, ['Item']],
  ['sync', 'notes', NOTES, ['Note']],
  ['action', 'work', WORK, []],
];
