import type { Checkpoint, FunctionError, ModelCounts } from '#libs/contracts';

/** What the events of a run have in common. */
export interface RunFacts {
  readonly connectionId: string;
  readonly providerConfigKey: string;
  readonly syncName: string;
  readonly variant: string;
  readonly type: 'FULL' | 'INCREMENTAL';
  readonly models: readonly string[];
  readonly startedAt: Date;
  readonly lastSyncDate: Date | null;
  readonly checkpoints?: { readonly from: Checkpoint | null; readonly to: Checkpoint | null } | undefined;
}

/** Which of them an environment wants to hear of (spec/api.md §6.2). */
export interface SyncWebhookSettings {
  readonly on_sync_completion_always: boolean;
  readonly on_sync_error: boolean;
}

/** One event per model; a model without changes only where the environment always wants to hear. @param results by model, without variant */
export function successWebhooks(facts: RunFacts, results: ModelCounts, settings: SyncWebhookSettings): object[] {
  const at = facts.startedAt.toISOString();
  return facts.models.flatMap((model) => {
    const responseResults = results[model] ?? { added: 0, updated: 0, deleted: 0 };
    const changed = responseResults.added + responseResults.updated + responseResults.deleted > 0;
    if (!changed && !settings.on_sync_completion_always) return [];
    return [{ ...base(facts, model), success: true, responseResults, modifiedAfter: at, queryTimeStamp: at }];
  });
}

/** One event for the run, naming all models. */
export function failureWebhooks(facts: RunFacts, error: FunctionError, settings: SyncWebhookSettings, now: Date): object[] {
  if (!settings.on_sync_error) return [];
  const { payload, additional_properties } = error;
  return [
    {
      ...base(facts, facts.models.join(',')),
      success: false,
      error: {
        type: 'script_error',
        description: error.message ?? error.code,
        ...(payload === undefined ? {} : { payload }),
        ...(additional_properties === undefined ? {} : { additional_properties }),
      },
      startedAt: (facts.lastSyncDate ?? now).toISOString(),
      failedAt: now.toISOString(),
    },
  ];
}

const base = (facts: RunFacts, model: string) => ({
  from: 'nango',
  type: 'sync',
  connectionId: facts.connectionId,
  providerConfigKey: facts.providerConfigKey,
  syncName: facts.syncName,
  syncVariant: facts.variant,
  model,
  syncType: facts.type === 'FULL' ? 'INITIAL' : 'INCREMENTAL',
  ...(facts.checkpoints ? { checkpoints: facts.checkpoints } : {}),
});
