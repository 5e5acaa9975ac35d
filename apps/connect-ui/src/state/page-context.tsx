import { createContext, useContext } from 'react';
import type { TelemetryEvent } from '../api/telemetry.js';
import type { StartOptions } from '../domain/start-options.js';
import type { HostEvent } from '../host/host-page.js';

/** How somebody ended it. */
export type CloseGesture = 'click:close' | 'click:outside' | 'click:finish';

/** What every screen may use. */
export interface Page {
  readonly options: StartOptions;
  readonly showWatermark: boolean;
  /** Whether there is a page around this one that can close it. */
  readonly closable: boolean;
  /** Tells the page around this one. */
  readonly tell: (event: HostEvent) => void;
  readonly report: (event: TelemetryEvent, integration?: string) => void;
  /** Notes whether leaving now would lose what somebody entered. */
  readonly setTouched: (touched: boolean) => void;
  /** Closes; asks first if something would be lost. */
  readonly requestClose: (how: CloseGesture) => void;
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error('usePage needs a PageContext');
  return page;
}
