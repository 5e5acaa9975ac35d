import type { Ask } from '../bridge.js';

/** A sync as functions name it. */
type Sync = string | { readonly name: string; readonly variant?: string };
type Mode = string | boolean | { readonly reset?: boolean; readonly emptyCache?: boolean };

/** Actions and syncs of other connections, as the public API runs them (spec/functions.md §2.3). */
export const invocations = (ask: Ask) => ({
  triggerAction: (providerConfigKey: string, connectionId: string, actionName: string, input?: unknown) =>
    ask('action.trigger', { providerConfigKey, connectionId, body: { action_name: actionName, input } }),

  triggerSync: async (providerConfigKey: string, connectionId: string | undefined, sync: Sync | Sync[], mode?: Mode) => {
    const body = { provider_config_key: providerConfigKey, connection_id: connectionId, syncs: [sync].flat(), ...modeOf(mode) };
    await ask('sync.trigger', { body });
  },

  startSync: async (providerConfigKey: string, syncs: readonly Sync[], connectionId?: string) => {
    await ask('sync.start', { body: { provider_config_key: providerConfigKey, connection_id: connectionId, syncs } });
  },
});

function modeOf(mode: Mode | undefined): object {
  if (mode === undefined || mode === null) return {};
  if (typeof mode === 'object') return { opts: mode };
  return { sync_mode: typeof mode === 'string' ? mode : mode ? 'full_refresh' : 'incremental' };
}
