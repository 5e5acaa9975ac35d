import { expect, it } from 'vitest';
import { triggerOptionsOf } from './trigger-options.js';

it.each([
  [{}, false, false],
  [{ opts: {} }, false, false],
  [{ opts: { reset: true } }, true, false],
  [{ opts: { reset: true, emptyCache: true } }, true, true],
  [{ opts: { emptyCache: true } }, false, false],
  [{ sync_mode: 'incremental' as const }, false, false],
  [{ sync_mode: 'full_refresh' as const }, true, false],
  [{ sync_mode: 'full_refresh_and_clear_cache' as const }, true, true],
  [{ full_resync: true }, true, false],
  [{ full_resync: false }, false, false],
  [{ sync_mode: 'incremental' as const, full_resync: true }, false, false],
])('%o: reset %s, empty cache %s', (asked, reset, emptyCache) => {
  expect(triggerOptionsOf(asked)).toEqual({ reset, emptyCache });
});
