import type { TriggerOptions } from '#libs/scheduling';
import type { TriggerSyncs } from '../syncs.dto.js';

type Asked = Pick<TriggerSyncs, 'opts' | 'sync_mode' | 'full_resync'>;

/** What a caller wants, in any of the three forms the API has had. `emptyCache` without a reset is ignored. */
export function triggerOptionsOf({ opts, sync_mode, full_resync }: Asked): TriggerOptions {
  if (opts) return { reset: opts.reset ?? false, emptyCache: (opts.reset && opts.emptyCache) ?? false };
  const emptyCache = sync_mode === 'full_refresh_and_clear_cache';
  return { reset: emptyCache || sync_mode === 'full_refresh' || (sync_mode === undefined && full_resync === true), emptyCache };
}
