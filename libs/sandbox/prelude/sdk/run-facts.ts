import type { Settings } from './pages.js';

/** What the host tells a run about itself (runner `run-facts.ts`). */
export interface RunFacts {
  readonly kind: 'action' | 'sync' | 'on-event' | 'webhook';
  readonly loggerLevel: string;
  readonly paginate?: Settings;
  readonly lastSyncDate?: string;
  /** Plain properties of the `nango` object (spec/functions.md §2.0). */
  readonly properties: Readonly<Record<string, unknown>>;
}
