import { z } from 'zod';
import { integer } from '#libs/kernel';

const DAY_MS = 86_400_000;

/** Variables of what happens to records nobody changes or syncs any more (spec/engine.md §4.8). */
export const recordRetentionEnv = {
  PERSIST_AUTO_PRUNING_INTERVAL_MS: integer(5_000, 'Between two slices of emptying stale payloads, per persist; 0 turns it off'),
  PERSIST_AUTO_PRUNING_LIMIT: integer(1_000, 'Records one slice of emptying stale payloads looks at', 1, 100_000),
  PERSIST_AUTO_PRUNING_STALE_AFTER_MS: integer(30 * DAY_MS, 'When the payload of a record that does not change is emptied', 1),
  PERSIST_AUTO_DELETING_INTERVAL_MS: integer(
    5_000,
    'Between two looks for records no sync keeps any more, per persist; 0 turns it off',
  ),
  PERSIST_AUTO_DELETING_STALE_AFTER_MS: integer(60 * DAY_MS, 'When records that no batch and no run has touched are removed', 1),
};

export type RecordRetentionConfig = z.output<z.ZodObject<typeof recordRetentionEnv>>;
