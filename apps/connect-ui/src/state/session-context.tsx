import { createContext, useContext } from 'react';
import type { ApiClient } from '../api/api-client.js';
import type { ConnectSession } from '../api/wire.js';

/** A session that the API knows. */
export interface OpenSession {
  readonly api: ApiClient;
  readonly session: ConnectSession;
}

export const SessionContext = createContext<OpenSession | undefined>(undefined);

export function useOpenSession(): OpenSession {
  const open = useContext(SessionContext);
  if (!open) throw new Error('useOpenSession needs a SessionContext');
  return open;
}
