import type { ModelCounts } from '#libs/contracts';
import { datasetOf } from './checkpoint-keys.js';

/** What a run changed, by model without variant; models it did not touch count zero. */
export function runResults(models: readonly string[], variant: string, reported: ModelCounts | undefined): ModelCounts {
  const none = { added: 0, updated: 0, deleted: 0 };
  return Object.fromEntries(models.map((model) => [model, reported?.[datasetOf(model, variant)] ?? reported?.[model] ?? none]));
}
